import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { standard, verify } from '@sluice/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../../server/test/support/app.ts';
import { startReceiver, type TestReceiver } from '../../server/test/support/receiver.ts';

const root = new URL('../../', import.meta.url);
const run = promisify(execFile);

let app: TestApp;
let receiver: TestReceiver;
let key: string;
let folder: string;

beforeAll(async () => {
  app = await createTestApp('embedded');
  receiver = await startReceiver();
  key = (await app.organization()).key;
  folder = await mkdtemp(join(tmpdir(), 'sluice-examples-'));
});
afterAll(async () => {
  await app.close();
  await receiver.close();
  await rm(folder, { recursive: true });
});

/** The first example of a language in a page. */
async function example(page: string, language: string): Promise<string> {
  const text = await readFile(new URL(page, root), 'utf8');
  return new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(text)?.[1] ?? '';
}

test('the program of docs/client.md does what it says', async () => {
  const program = (await example('docs/client.md', 'ts'))
    .replace("'@sluice/client'", JSON.stringify(new URL('client/src/index.ts', root).href))
    .replace('https://sluice.example.com', app.url);
  const file = join(folder, 'program.ts');
  await writeFile(file, program);
  const { stdout, stderr } = await run(process.execPath, [file], { env: { SLUICE_KEY: key } });
  expect(stdout + stderr).toBe('');
  const events = await app.call('GET', '/v1/events', undefined, { token: key });
  expect(events.body.data).toMatchObject([{ type: 'invoice.paid' }]);
  const endpoints = await app.call('GET', '/v1/endpoints', undefined, { token: key });
  expect(endpoints.body.data).toMatchObject([{ url: 'https://example.com/hooks', events: ['invoice.*'] }]);
});

test('the commands of docs/doctor.md run, and find a sound receiver sound', async () => {
  const settings = { url: `${receiver.url}/hook`, events: ['*'] };
  const { body: endpoint } = await app.call('POST', '/v1/endpoints', settings, { token: key });
  receiver.answer = async ({ headers, body }) => {
    const { ok } = await verify(standard, { headers, body, secret: endpoint.secret });
    return { status: ok ? 204 : 401 };
  };
  const commands = (await example('docs/doctor.md', 'sh'))
    .replaceAll('https://example.com/webhooks', endpoint.url)
    .replaceAll('whsec_…', endpoint.secret)
    .replaceAll(/ep_[a-z0-9]{26}/g, endpoint.id)
    .replace('curl ', 'curl --silent --fail ');
  const env = { ...process.env, SLUICE: app.url, KEY: key, SLUICE_URL: app.url, SLUICE_KEY: key };
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', commands], { cwd: root, env });
  expect(stdout.match(/^Sound: 31 passed\./gm)).toHaveLength(2);
  expect(JSON.parse(stdout.slice(stdout.lastIndexOf('\n{') + 1))).toMatchObject({
    endpoint_id: endpoint.id,
    sound: true,
  });
});
