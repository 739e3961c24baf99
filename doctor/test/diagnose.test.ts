import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Contract, contracts, flowbeacon, fluxdesk, standard } from '@sluice/contracts';
import { webhook as expressWebhook } from '@sluice/contracts/express';
import { webhook as fastifyWebhook } from '@sluice/contracts/fastify';
import { webhook as honoWebhook } from '@sluice/contracts/hono';
import { webhook as nodeWebhook } from '@sluice/contracts/node';
import express from 'express';
import Fastify from 'fastify';
import { Hono } from 'hono';
import { afterEach, describe, expect, test } from 'vitest';
import { secretOf } from '../../contracts/test/messages.ts';
import { diagnose, type Report } from '../src/index.ts';
import { listen, type Receiver, sendTo } from './http.ts';
import { mistakes } from './mistakes.ts';
import { receiverOf } from './receivers.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function examine(contract: Contract, receiver: Receiver, timeoutMs = 5_000): Promise<Report> {
  const { url, close } = await listen(receiver);
  cleanups.push(close);
  return diagnose(contract, { secrets: [secretOf(contract)], send: sendTo(url), timeoutMs });
}

const shown = (report: Report) =>
  report.findings.map(({ probe, did, verdict }) => `${verdict} ${probe}: ${did}`);
const described = ({ title, explanation, remedy }: Report['causes'][number]) =>
  `${title}\n${explanation}\n${remedy}`;

describe('a sound receiver', () => {
  test.each(contracts)('of the $name contract passes everything', async (contract) => {
    const report = await examine(contract, receiverOf(contract));
    expect(shown(report).filter((line) => !line.startsWith('pass'))).toEqual([]);
    expect(report).toMatchObject({ contract: contract.name, sound: true, causes: [], failed: 0, skipped: 0 });
    expect(report.passed).toBe(report.findings.length);
    expect(report.passed).toBeGreaterThan(20);
  });

  const adapters: Record<string, (contract: Contract) => Promise<string>> = {
    async node(contract) {
      return started(createServer(nodeWebhook({ contract, secret: secretOf(contract) }, () => {})));
    },
    async express(contract) {
      const app = express();
      app.post(
        '/',
        expressWebhook({ contract, secret: secretOf(contract) }, () => {}),
      );
      return started(createServer(app));
    },
    async fastify(contract) {
      const app = Fastify();
      const options = { contract, secret: secretOf(contract), path: '/' };
      await app.register(fastifyWebhook(options, () => {}));
      cleanups.push(() => app.close());
      return app.listen();
    },
    async hono(contract) {
      const app = new Hono();
      app.post(
        '/',
        honoWebhook({ contract, secret: secretOf(contract) }, () => {}),
      );
      return (await listenTo(app.fetch)).url;
    },
  };

  test.each(contracts.flatMap((contract) => Object.keys(adapters).map((name) => ({ name, contract }))))(
    'made with the adapter for $name is sound for $contract.name',
    async ({ name, contract }) => {
      const url = (await adapters[name]?.(contract)) ?? '';
      const report = await diagnose(contract, { secrets: [secretOf(contract)], send: sendTo(url) });
      expect(shown(report).filter((line) => !line.startsWith('pass'))).toEqual([]);
      expect(report.sound).toBe(true);
    },
  );
});

describe('a receiver that', () => {
  test.each(Object.entries(mistakes))('%s is found out', async (_, mistake) => {
    const { contract, cause, says, timeoutMs, sound = false } = mistake;
    const report = await examine(contract, mistake.start(), timeoutMs);
    const [first] = report.causes;
    expect(first?.code, shown(report).join('\n')).toBe(cause);
    expect(first && described(first)).toMatch(says);
    expect(report.sound, shown(report).join('\n')).toBe(sound);
    expect(report.causes.map(({ code }) => code).slice(1), shown(report).join('\n')).toEqual(
      mistake.besides ?? [],
    );
  });

  test('is mistaken twice is told both', async () => {
    const ageless = mistakes['forgets the tolerance'];
    const large = async (received: Parameters<Receiver>[0]) =>
      received.body.length > 102_400 ? { status: 413 } : (ageless?.start() ?? receiverOf(standard))(received);
    const report = await examine(standard, large);
    expect(report.causes.map(({ code }) => code)).toEqual(['no_tolerance', 'size_limit']);
  });
});

test('an Express application with the usual mistake is told so, and of the limit of its parser', async () => {
  const app = express();
  app.use(express.json());
  const key = Buffer.from(secretOf(fluxdesk));
  app.post('/', (request, response) => {
    const right = createHmac('sha256', key).update(JSON.stringify(request.body)).digest('hex');
    response.sendStatus(request.get('X-FluxDesk-Signature') === `v1=${right}` ? 200 : 401);
  });
  const send = sendTo(await started(createServer(app)));
  const report = await diagnose(fluxdesk, { secrets: [secretOf(fluxdesk)], send });
  expect(report.causes.map(({ code }) => code)).toEqual(['parsed_json', 'size_limit']);
  expect(report.causes[1]?.title).toBe('limits the body to about 96 to 104 KiB');
});

test('nothing listens', async () => {
  const { url, close } = await listen(() => ({ status: 204 }));
  await close();
  const report = await diagnose(standard, { secrets: [secretOf(standard)], send: sendTo(url) });
  expect(report.causes[0]?.title).toBe('cannot be connected to: connection refused');
  expect(report).toMatchObject({ sound: false, failed: 1, passed: 0 });
  expect(report.findings[1]).toMatchObject({ verdict: 'skipped', did: 'it cannot be reached' });
});

test('during a rotation the endpoint signs with both secrets, and either receiver is sound', async () => {
  const secrets = [secretOf(standard, 2), secretOf(standard)];
  for (const secret of secrets) {
    const { url, close } = await listen(receiverOf(standard, { secret }));
    cleanups.push(close);
    expect(await diagnose(standard, { secrets, send: sendTo(url) })).toMatchObject({
      sound: true,
      causes: [],
    });
  }
});

test('a receiver that knows the old secret and looks at the first signature is told so', async () => {
  const first = mistakes['looks at the first signature']?.start() ?? receiverOf(standard);
  const { url, close } = await listen(first);
  cleanups.push(close);
  const secrets = [secretOf(standard, 2), secretOf(standard)];
  const report = await diagnose(standard, { secrets, send: sendTo(url) });
  expect(report.causes[0]?.title).toMatch(/older secret/);
});

test('no more time is taken than is given', async () => {
  const { url, close } = await listen(receiverOf(standard));
  cleanups.push(close);
  let time = 0;
  // Each look at the clock is 100 ms later.
  const now = () => {
    time += 100;
    return new Date(Date.now() + time);
  };
  const report = await diagnose(standard, {
    secrets: [secretOf(standard)],
    send: sendTo(url),
    budgetMs: 2_000,
    now,
  });
  expect(report.sound).toBe(false);
  expect(report.findings.at(-1)).toMatchObject({ verdict: 'skipped', did: 'no time left' });
  expect(report.passed).toBeGreaterThan(1);
});

test('a receiver that looks at no forgery, for it limits the rate, is not called sound', async () => {
  let count = 0;
  const sound = receiverOf(fluxdesk);
  const report = await examine(fluxdesk, (received) => (++count > 5 ? { status: 429 } : sound(received)));
  expect(report).toMatchObject({ sound: false, failed: 0, causes: [{ code: 'rate_limited' }] });
});

test('a receiver that stops answering is left alone', async () => {
  let count = 0;
  const report = await examine(
    flowbeacon,
    (received) => (++count > 3 ? new Promise(() => {}) : receiverOf(flowbeacon)(received)),
    200,
  );
  expect(count).toBe(5);
  expect(report.findings.at(-1)).toMatchObject({ verdict: 'skipped', did: 'it stopped answering' });
  expect(report.sound).toBe(false);
});

test('what a receiver answers is quoted as one plain line, without its secret', async () => {
  const secret = secretOf(fluxdesk);
  const body = `\u001b[31mexpected ${secret},\n got ${secret.slice('fdsec_'.length)} \u202e${'x'.repeat(500)}`;
  const report = await examine(fluxdesk, () => ({ status: 500, body }));
  const [excerpt = ''] = report.findings.map((finding) => finding.excerpt ?? '');
  expect(excerpt).toMatch(/^\[31mexpected ••••••, got •••••• x+…$/);
  expect(JSON.stringify(report)).not.toContain(secret.slice(-20));
});

test('where a redirect leads is told without what is secret in it', async () => {
  const report = await examine(standard, mistakes['answers a redirect']?.start() ?? receiverOf(standard));
  expect(report.findings[0]?.did).toBe('redirected with 301 to https://www.example.com/webhooks');
});

test('no report names a secret, and progress is told', async () => {
  const steps: [number, number][] = [];
  const { url, close } = await listen(receiverOf(standard));
  cleanups.push(close);
  const report = await diagnose(standard, {
    secrets: [secretOf(standard)],
    send: sendTo(url),
    progress: (done, of) => steps.push([done, of]),
  });
  expect(JSON.stringify(report)).not.toContain(secretOf(standard).slice(10, 30));
  expect(steps).toEqual(report.findings.map((_, index) => [index + 1, report.findings.length]));
});

test('a secret of the wrong form is refused without repeating it', async () => {
  const options = { secrets: ['not-a-secret'], send: sendTo('http://127.0.0.1:9') };
  await expect(diagnose(standard, options)).rejects.toThrow(/leave it out/);
  await expect(diagnose(standard, options)).rejects.not.toThrow(/not-a-secret/);
});

async function started(server: ReturnType<typeof createServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

/** A handler of Web requests behind real HTTP. */
function listenTo(handle: (request: Request) => Response | Promise<Response>) {
  return listen(async ({ rawHeaders, body }) => {
    const headers = new Headers();
    for (let i = 0; i + 1 < rawHeaders.length; i += 2)
      headers.append(rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '');
    const response = await handle(
      new Request('http://receiver.example/', { method: 'POST', headers, body: new Uint8Array(body) }),
    );
    return { status: response.status };
  }).then((listening) => {
    cleanups.push(listening.close);
    return listening;
  });
}
