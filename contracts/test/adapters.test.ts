import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler } from 'express';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { webhook as expressWebhook } from '../src/adapters/express.ts';
import { webhook as nextWebhook } from '../src/adapters/next.ts';
import { webhook as nodeWebhook } from '../src/adapters/node.ts';
import { type Contract, flowbeacon, flowxtra, fluxdesk, fluxo, sign, standard } from '../src/index.ts';
import { message, NOW, secretOf } from './messages.ts';
import { createApp as createExpress } from './receivers/express.ts';
import { createApp as createFastify } from './receivers/fastify.ts';
import { createApp as createHono } from './receivers/hono.ts';
import { createRoute } from './receivers/next.ts';
import { createReceiver } from './receivers/node.ts';

interface Receiver {
  readonly contract: Contract;
  /** What a handler that does nothing else leads to. */
  readonly status: number;
  readonly received: ReturnType<typeof vi.fn>;
  post(headers: HeadersInit, body: Uint8Array, path?: string): Promise<Response>;
}

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

const poster =
  (base: string) =>
  (headers: HeadersInit, body: Uint8Array, path = '/webhooks') =>
    fetch(base + path, { method: 'POST', headers, body: Buffer.from(body) });

const viaRequest =
  (handle: (request: Request) => Response | Promise<Response>) =>
  async (headers: HeadersInit, body: Uint8Array, path = '/webhooks') =>
    handle(
      new Request(`http://receiver.example${path}`, { method: 'POST', headers, body: Buffer.from(body) }),
    );

const receivers: Record<string, () => Promise<Receiver>> = {
  async express() {
    const received = vi.fn();
    const base = await listening(createServer(createExpress(secretOf(fluxdesk), received)));
    return { contract: fluxdesk, status: 204, received, post: poster(base) };
  },
  async fastify() {
    const received = vi.fn();
    const app = createFastify(secretOf(flowxtra), received);
    cleanups.push(() => app.close());
    return { contract: flowxtra, status: 202, received, post: poster(await app.listen()) };
  },
  async hono() {
    const received = vi.fn();
    const app = createHono(secretOf(flowbeacon), () => NOW, received);
    return { contract: flowbeacon, status: 200, received, post: viaRequest(app.fetch) };
  },
  async next() {
    const received = vi.fn();
    const { POST } = createRoute(secretOf(fluxo), () => NOW, received);
    return { contract: fluxo, status: 204, received, post: viaRequest(POST) };
  },
  async node() {
    const received = vi.fn();
    const base = await listening(createReceiver(secretOf(standard), received));
    return { contract: standard, status: 204, received, post: poster(base) };
  },
};

describe.each(Object.entries(receivers))('%s', (_, start) => {
  const sent = (contract: Contract, data = '{"title":"é","n":1e131072, "a":1.0}') => {
    const now = contract === standard ? new Date() : NOW;
    const delivery = message(contract, 'webhook.test', data, now);
    return { body: delivery.body, headers: { ...sign(contract, delivery, [secretOf(contract)]) } };
  };

  test('hands over what is signed', async () => {
    const { contract, received, post, status } = await start();
    const { headers, body } = sent(contract);
    const response = await post(headers, body);
    expect(response.status).toBe(status);
    expect(received.mock.calls[0]?.[0]).toEqual(JSON.parse(new TextDecoder().decode(body)));
  });

  test('refuses a body with one byte changed', async () => {
    const { contract, received, post } = await start();
    const { headers, body } = sent(contract);
    const response = await post(headers, Buffer.concat([body, Buffer.from('\n')]));
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: 'bad_signature' });
    expect(received).not.toHaveBeenCalled();
  });

  test('refuses a request without a signature', async () => {
    const { received, post } = await start();
    const response = await post({ 'Content-Type': 'application/json' }, Buffer.from('{}'));
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: 'missing_header' });
    expect((await post({}, Buffer.alloc(0))).status).toBe(401);
    expect(received).not.toHaveBeenCalled();
  });

  test('takes any content type, and bytes that are no JSON, as raw bytes', async () => {
    const { contract, post, status } = await start();
    const { headers, body } = sent(contract);
    for (const type of [
      'text/plain',
      'application/json; charset=utf-16',
      'application/x-www-form-urlencoded',
    ]) {
      expect((await post({ ...headers, 'Content-Type': type }, body)).status).toBe(status);
    }
  });

  test('reads no more than 1 MiB', async () => {
    const { contract, received, post, status } = await start();
    const room = 1024 * 1024 - sent(contract, '{"title":""}').body.length;
    const largest = sent(contract, `{"title":"${'x'.repeat(room)}"}`);
    expect(largest.body.length).toBe(1024 * 1024);
    expect((await post(largest.headers, largest.body)).status).toBe(status);

    const tooLarge = sent(contract, `{"title":"${'x'.repeat(room + 1)}"}`);
    expect((await post(tooLarge.headers, tooLarge.body)).status).toBe(413);
    expect(received).toHaveBeenCalledTimes(1);
  });
});

test.each(['express', 'fastify'] as const)('%s goes on parsing JSON on other routes', async (name) => {
  const receiver = await receivers[name]?.();
  const response = await receiver?.post(
    { 'Content-Type': 'application/json' },
    Buffer.from('{"a": 1}'),
    '/echo',
  );
  expect(await response?.json()).toEqual({ a: 1 });
});

test('hono and fastify answer what the handler answers', async () => {
  const hono = await receivers.hono?.();
  const delivery = message(flowbeacon);
  const response = await hono?.post({ ...sign(flowbeacon, delivery, [secretOf(flowbeacon)]) }, delivery.body);
  expect(await response?.text()).toBe('thanks, flowbeacon');

  const fastify = await receivers.fastify?.();
  const event = message(flowxtra);
  const reply = await fastify?.post({ ...sign(flowxtra, event, [secretOf(flowxtra)]) }, event.body);
  expect(await reply?.json()).toEqual({ delivery: event.deliveryUuid });
});

describe('node:http', () => {
  /** Headers that `fetch` would not send: names and values in turn. */
  async function postRaw(
    base: string,
    headers: string[],
    chunks: Iterable<Buffer>,
  ): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const request = httpRequest(base, {
      method: 'POST',
      headers: ['Host', 'receiver.example', 'Transfer-Encoding', 'chunked', ...headers],
    });
    request.on('response', resolve).on('error', reject);
    for (const chunk of chunks) request.write(chunk);
    request.end();
    const response = await promise;
    response.resume();
    return response;
  }

  test('a header that was sent twice is refused', async () => {
    const base = await listening(createReceiver(secretOf(standard), vi.fn()));
    const delivery = message(standard, 'webhook.test', '{}', new Date());
    const headers = Object.entries(sign(standard, delivery, [secretOf(standard)])).flat();
    const twice = [...headers, 'webhook-id', 'dlv_1'];
    expect((await postRaw(base, headers, [Buffer.from(delivery.body)])).statusCode).toBe(204);
    expect((await postRaw(base, twice, [Buffer.from(delivery.body)])).statusCode).toBe(401);
  });

  test('an endless body is cut off', async () => {
    const listener = nodeWebhook(
      { contract: standard, secret: secretOf(standard), maxBodyBytes: 1_000 },
      vi.fn(),
    );
    const base = await listening(createServer(listener));
    const response = await postRaw(base, [], Array(20).fill(Buffer.alloc(100)));
    expect(response.statusCode).toBe(413);
    expect(response.headers.connection).toBe('close');
  });

  test('what the handler throws is told and answered with 500', async () => {
    const onError = vi.fn();
    const listener = nodeWebhook({ contract: fluxdesk, secret: secretOf(fluxdesk), onError }, () => {
      throw new Error('no room');
    });
    const base = await listening(createServer(listener));
    const delivery = message(fluxdesk);
    const response = await poster(base)({ ...sign(fluxdesk, delivery, [secretOf(fluxdesk)]) }, delivery.body);
    expect(response.status).toBe(500);
    expect(await response.text()).toBe('');
    expect(onError).toHaveBeenCalledWith(new Error('no room'));
  });
});

test('a body that a parser has read is a mistake with a remedy', async () => {
  const app = express();
  const options = { contract: fluxdesk, secret: secretOf(fluxdesk) };
  const errors = vi.fn();
  app.post('/raw', express.raw({ type: '*/*' }), expressWebhook(options, vi.fn()));
  app.post('/parsed', express.json(), expressWebhook(options, vi.fn()));
  const onError: ErrorRequestHandler = (error: Error, _request, response, _next) => {
    errors(error.message);
    response.sendStatus(500);
  };
  app.use(onError);
  const post = poster(await listening(createServer(app)));
  const delivery = message(fluxdesk);
  const headers = { ...sign(fluxdesk, delivery, [secretOf(fluxdesk)]) };
  expect((await post(headers, delivery.body, '/raw')).status).toBe(204);
  expect((await post(headers, delivery.body, '/parsed')).status).toBe(500);
  expect(errors).toHaveBeenCalledWith(expect.stringContaining('before body parsers'));

  const request = new Request('http://x.example/', { method: 'POST', body: '{}' });
  await request.text();
  await expect(nextWebhook(options, vi.fn())(request)).rejects.toThrow(/before body parsers/);
});

test('a stream that goes on is given up at the limit', async () => {
  const cancelled = vi.fn();
  const body = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(400)),
    cancel: cancelled,
  });
  const init = { method: 'POST', body, duplex: 'half' } as const;
  const route = nextWebhook({ contract: fluxdesk, secret: secretOf(fluxdesk), maxBodyBytes: 1_000 }, vi.fn());
  expect((await route(new Request('http://x.example/', init))).status).toBe(413);
  expect(cancelled).toHaveBeenCalledOnce();
});
