import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { createTestApp } from '../support/app.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { startReceiver } from '../support/receiver.ts';

const guide = new URL('../../../docs/reviews.md', import.meta.url);

describeOnEachDatabase('docs/reviews.md', (kind) => {
  it('has an example that runs as it is written', async () => {
    const section = (await readFile(guide, 'utf8'))
      .split(/^## /m)
      .find((part) => part.startsWith('An example'));
    const script = [...(section ?? '').matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
      .map((match) => match[1])
      .join('\n');
    const app = await createTestApp(kind);
    const receiver = await startReceiver();
    const { key } = await app.organization();
    const env = {
      PATH: process.env.PATH ?? '',
      SLUICE: app.url,
      KEY: key,
      RECEIVER: `${receiver.url}/webhooks`,
    };
    const { stdout } = await promisify(execFile)('sh', ['-euc', script], { env });
    expect(stdout).toContain('"status":"revised"');
    expect(stdout).toContain('<iframe src=');
    await app.worker.runOnce();
    expect(
      receiver.requests
        .map((request) => JSON.parse(request.body.toString()).data)
        .sort((a, b) => a.order - b.order),
    ).toEqual([
      { order: 7, amount: 20 },
      { order: 8, amount: 250 },
    ]);
    await app.close();
    await receiver.close();
  });
});
