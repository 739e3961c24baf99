/** The examples of README.md and docs/operating.md, run as they stand there. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, test } from 'vitest';
import { makeDatabase, makeFolder, type Place, postgresUrl } from '../src/places.ts';
import { killPrograms, root, startScript } from '../src/program.ts';
import { freePort } from '../src/receivers.ts';
import { operatorToken, startService } from '../src/service.ts';
import { until } from '../src/waiting.ts';

/** Starting takes seconds, and more of them on a machine that is busy with other tests. */
const busyMs = 120_000;

interface Attempt {
  readonly request: { readonly headers: Record<string, string>; readonly body: string };
}

const places: Place[] = [];
afterEach(async () => {
  await killPrograms();
  await Promise.all(places.splice(0).map((place) => place.remove()));
});

/** The shell blocks under a heading. */
function examplesIn(document: string, heading: string): string[] {
  const text = readFileSync(join(root, document), 'utf8');
  const [, below = ''] = text.split(`\n## ${heading}\n`);
  const [section = ''] = below.split('\n## ');
  return [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, script = '']) => script);
}

/** Puts in what differs on every machine; each must be there. */
function adapt(script: string, changes: Readonly<Record<string, string>>): string {
  return Object.entries(changes).reduce((text, [shown, here]) => {
    expect(text).toContain(shown);
    return text.replaceAll(shown, here);
  }, script);
}

test('README.md: the first event arrives, signed, and the ledger says so', {
  timeout: busyMs,
}, async () => {
  const place = await makeFolder();
  places.push(place);
  const [prepare = '', listen = '', publish = '', ...more] = examplesIn('README.md', 'First event');
  expect(more).toEqual([]);
  const service = await startService({
    dataDir: place.dataDir,
    environment: { SLUICE_ADMIN_TOKEN: '', SLUICE_MASTER_KEY: '' },
  });
  // A reader has the usual port, and the operator's token in the folder `.sluice`.
  const environment = { SLUICE_URL: service.address, SLUICE_DATA_DIR: place.dataDir, NO_COLOR: '1' };
  const port = String(await freePort());

  const prepared = startScript(`${adapt(prepare, { '9000': port })}\nprintenv SLUICE_KEY`, { environment });
  const [, secret = ''] = await prepared.line(/^secret +(whsec_\S+)/);
  expect(await prepared.ended).toEqual({ code: 0, signal: null });
  const key = prepared.lines.at(-1) ?? '';

  const receiver = startScript(adapt(listen, { '9000': port, 'whsec_…': secret }), { environment });
  await receiver.line(/^Listening on /);
  const published = startScript(publish, { environment: { ...environment, SLUICE_KEY: key } });
  const [, event = ''] = await published.line(/^published (\S+) invoice\.paid: goes to 1 endpoint$/);
  const [, delivery = ''] = await receiver.line(/ verified (dlv_\S+) \/webhooks$/);
  expect(await published.ended).toEqual({ code: 0, signal: null });
  expect(published.lines.join('\n')).toMatch(new RegExp(`^${delivery} .*invoice\\.paid +${event}`, 'm'));

  const attempt = await until('the attempt is in the ledger', async () => {
    const response = await fetch(`${service.address}/v1/deliveries/${delivery}/attempts`, {
      headers: { authorization: `Bearer ${key}` },
    });
    const { data }: { data: Attempt[] } = await response.json();
    return data[0] ?? null;
  });
  expect(attempt).toMatchObject({ outcome: 'delivered', response: { status: 204 } });
  expect(new Webhook(secret).verify(attempt.request.body, attempt.request.headers)).toMatchObject({
    id: event,
    type: 'invoice.paid',
    data: { invoice_id: 'in_42', amount: 1999 },
  });
});

describe.skipIf(postgresUrl === undefined)('with Postgres', () => {
  test('docs/operating.md: the command for production starts, serves and stops', {
    timeout: busyMs,
  }, async () => {
    const database = await makeDatabase();
    places.push(database);
    const script = adapt(examplesIn('docs/operating.md', 'Production')[0] ?? '', {
      'HOST=0.0.0.0 PORT=4100': 'HOST=127.0.0.1 PORT=0',
      'postgres://sluice:…@db.internal:5432/sluice': database.databaseUrl,
      'SLUICE_ADMIN_TOKEN=…': `SLUICE_ADMIN_TOKEN=${operatorToken}`,
      'SLUICE_MASTER_KEY=…': `SLUICE_MASTER_KEY=${randomBytes(32).toString('base64')}`,
      // What it comes to, without its installing: a test must not touch the packages that it runs from.
      'npm start': `exec '${process.execPath}' server/src/main.ts`,
    });
    const run = startScript(script, { environment: { SLUICE_DATA_DIR: join(database.dataDir, 'unused') } });
    const [, address = ''] = await run.line(/^Sluice listens on (\S+) /);
    expect((await fetch(`${address}/readyz`)).status).toBe(200);
    const organizations = await fetch(`${address}/v1/organizations`, {
      headers: { authorization: `Bearer ${operatorToken}` },
    });
    expect(await organizations.json()).toEqual({ data: [], next_cursor: null });
    run.signal('SIGTERM');
    expect([await run.ended, run.errors()]).toEqual([{ code: 0, signal: null }, '']);
  });
});
