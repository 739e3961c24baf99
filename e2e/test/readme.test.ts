/** The examples of README.md and docs/operating.md, run as they stand there. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, test } from 'vitest';
import { makeDatabase, makeFolder, type Place, postgresUrl } from '../src/places.ts';
import { killPrograms, root, startScript } from '../src/program.ts';
import { operatorToken, startService } from '../src/service.ts';
import { until } from '../src/waiting.ts';

/** Starting takes seconds, and more of them on a machine that is busy with other tests. */
const busyMs = 120_000;

const places: Place[] = [];
const servers: Server[] = [];
afterEach(async () => {
  await killPrograms();
  for (const server of servers.splice(0)) server.close();
  await Promise.all(places.splice(0).map((place) => place.remove()));
});

/** The first shell block under a heading. */
function exampleIn(document: string, heading: string): string {
  const text = readFileSync(join(root, document), 'utf8');
  const below = text.slice(text.indexOf(`\n## ${heading}\n`));
  const script = /^```sh\n([\s\S]*?)^```$/m.exec(below)?.[1];
  if (script === undefined) throw new Error(`${document} shows no commands under "${heading}".`);
  return script;
}

/** Puts in what differs on every machine; each must be there. */
function adapt(script: string, changes: Readonly<Record<string, string>>): string {
  return Object.entries(changes).reduce((text, [shown, here]) => {
    expect(text).toContain(shown);
    return text.replaceAll(shown, here);
  }, script);
}

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function listen(): Promise<{ port: number; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      });
      response.writeHead(204).end();
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, received };
}

/** Values that curl printed one after another, without a line's end between them. */
function readAnswers(output: string): unknown[] {
  return output
    .replaceAll(/\}\s*\{"/g, '}\n{"')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

test('README.md: the first event in a minute arrives, signed, and the ledger says so', {
  timeout: busyMs,
}, async () => {
  const place = await makeFolder();
  places.push(place);
  const receiver = await listen();
  // Its token is the generated one, in the folder in which a reader has it.
  const service = await startService({
    dataDir: join(place.dataDir, '.sluice'),
    environment: { SLUICE_ADMIN_TOKEN: '', SLUICE_MASTER_KEY: '' },
  });
  const script = adapt(exampleIn('README.md', 'First event in a minute'), {
    'http://127.0.0.1:4100': service.address,
    'http://127.0.0.1:9000': `http://127.0.0.1:${receiver.port}`,
  });
  const run = startScript(script, { folder: place.dataDir });
  expect([await run.ended, run.errors()]).toEqual([{ code: 0, signal: null }, '']);

  const [endpoint, event, deliveries, ...more] = readAnswers(run.lines.join('\n'));
  expect(more).toEqual([]);
  expect(endpoint).toMatchObject({ contract: 'standard', secret: expect.stringMatching(/^whsec_/) });
  expect(event).toMatchObject({ type: 'invoice.paid', deliveries: 1 });
  expect(deliveries).toMatchObject({ data: [{ event_type: 'invoice.paid' }], next_cursor: null });

  const request = await until('the signed request', () => receiver.received[0] ?? null);
  expect(request.path).toBe('/webhooks');
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  expect(new Webhook(memberOf(endpoint, 'secret')).verify(request.body, headers)).toMatchObject({
    id: memberOf(event, 'id'),
    type: 'invoice.paid',
    data: { invoice_id: 'in_42', amount: 1999 },
  });

  expect(headers['webhook-id']).toMatch(/^dlv_/);
  expect(JSON.stringify(deliveries)).toContain(String(headers['webhook-id']));
});

describe.skipIf(postgresUrl === undefined)('with Postgres', () => {
  test('docs/operating.md: the command for production starts, serves and stops', {
    timeout: busyMs,
  }, async () => {
    const database = await makeDatabase();
    places.push(database);
    const script = adapt(exampleIn('docs/operating.md', 'Production'), {
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

function memberOf(answer: unknown, name: string): string {
  const found = typeof answer === 'object' && answer !== null ? Reflect.get(answer, name) : undefined;
  return String(found);
}
