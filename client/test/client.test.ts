import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { adminToken, createTestApp, type TestApp } from '../../server/test/support/app.ts';
import { type Client, createClient, SluiceProblem, SluiceUnreachable } from '../src/index.ts';

describe('against the API', () => {
  let app: TestApp;
  let sluice: Client;

  beforeAll(async () => {
    app = await createTestApp('embedded');
    const operator = createClient({ url: app.url, key: adminToken });
    const organization = await operator.createOrganization({ name: 'Acme', slug: 'acme' });
    const key = await operator.createOrganizationKey(organization.id, { name: 'Everything', scopes: ['*'] });
    sluice = createClient({ url: `${app.url}/`, key: key.secret });
  });
  afterAll(() => app.close());

  test('it publishes, and reads what became of it', async () => {
    const endpoint = await sluice.createEndpoint({ url: 'http://127.0.0.1:9/hooks', events: ['invoice.*'] });
    expect(endpoint.secret).toMatch(/^whsec_/);
    const event = await sluice.publishEvent({ type: 'invoice.paid', data: { amount: 1999 } });
    expect(event).toMatchObject({ type: 'invoice.paid', deliveries: 1 });
    const { trace, data } = await sluice.getEvent(event.id);
    expect(data).toEqual({ amount: 1999 });
    expect(trace[0]).toMatchObject({ endpoint_id: endpoint.id, matched: true });
    const { data: deliveries } = await sluice.listDeliveries({ event_id: event.id }).page();
    expect(deliveries).toHaveLength(1);
    await sluice.deleteEndpoint(endpoint.id);
    await expect(sluice.getEndpoint(endpoint.id)).rejects.toMatchObject({ code: 'not_found', status: 404 });
  });

  test('a list is walked page after page', async () => {
    const names = ['a.one', 'a.two', 'a.three', 'a.four', 'a.five'];
    for (const name of names) await sluice.putEventType(name, {});
    const found: string[] = [];
    for await (const { name } of sluice.listEventTypes({ limit: 2 })) found.push(name);
    expect(found.filter((name) => name.startsWith('a.'))).toEqual([...names].sort());
  });

  test('a refusal says what, where and what to do', async () => {
    const refused = sluice.publishEvent({ type: 'Not A Type', data: {} });
    await expect(refused).rejects.toThrow(SluiceProblem);
    await expect(refused).rejects.toMatchObject({
      status: 422,
      code: 'invalid_input',
      errors: [{ pointer: '/type', detail: expect.any(String) }],
      remedy: expect.any(String),
      requestId: expect.any(String),
    });
  });

  test('ids from anywhere stay in their place of the path', async () => {
    await expect(sluice.getEndpoint('../keys')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('what is sent as text stays as it is, and is answered as text', async () => {
    const data = '{ "b": 1, "a": 1e131072, "b": "\\u0000" }';
    const text = await sluice.send({
      method: 'POST',
      path: '/v1/events',
      exactBody: `{"type":"exact.bytes","data":${data}}`,
    });
    const { id } = JSON.parse(text);
    expect(await sluice.send({ method: 'GET', path: `/v1/events/${id}` })).toContain(data);
  });

  test('a product’s surface is signed, answered and refused in its own form', async () => {
    const module = await sluice.flowbeaconCreateModule({
      name: 'access',
      rules: [{ code: 'A-1', schema: {} }],
    });
    const { data, meta } = await sluice.flowbeaconListModules({ limit: 1 });
    expect([data[0]?.id, typeof meta.watermark]).toEqual([module.data.id, 'string']);
    await expect(sluice.flowbeaconGetEvaluation('none')).rejects.toMatchObject({ code: 'not_found' });
    const unsigned = createClient({ url: app.url, key: 'sk_wrong_key_of_a_stranger' });
    await expect(unsigned.flowbeaconListModules()).rejects.toMatchObject({
      status: 401,
      code: 'unauthenticated',
    });

    const tenant = { subdomain: 'acme' };
    const url = 'http://127.0.0.1:9/ats';
    await sluice.putEventType('ats.made', {});
    const refused = sluice.flowxtraCreateWebhook({ name: 'ATS', url, events: ['none.such'] }, tenant);
    await expect(refused).rejects.toMatchObject({
      status: 422,
      code: 'invalid_input',
      errors: expect.arrayContaining([{ pointer: '/events/0', detail: expect.any(String) }]),
      remedy: expect.any(String),
    });
    const made = await sluice.flowxtraCreateWebhook({ name: 'ATS', url, events: ['ats.made'] }, tenant);
    expect((await sluice.flowxtraListWebhooks(tenant)).data.map(({ id }) => id)).toEqual([made.data.id]);
    await expect(sluice.flowxtraListWebhooks({ subdomain: 'other' })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  test('a wrong key is refused without repeating it', async () => {
    const stranger = createClient({ url: app.url, key: 'sk_wrong_key_of_a_stranger' });
    const refused = stranger.getMe();
    await expect(refused).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(refused).rejects.not.toThrow(/sk_wrong/);
  });
});

describe('when something is in the way', () => {
  const cleanups: (() => void)[] = [];
  afterEach(() => {
    for (const cleanup of cleanups.splice(0)) cleanup();
  });

  /** Answers one after another; the last one again and again. */
  async function facing(...answers: ((request: IncomingMessage, response: ServerResponse) => void)[]) {
    const requests: { key: string | undefined; idempotencyKey: string | string[] | undefined }[] = [];
    const server = createServer((request, response) => {
      requests.push({
        key: request.headers.authorization,
        idempotencyKey: request.headers['idempotency-key'],
      });
      (answers[requests.length - 1] ?? answers.at(-1))?.(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const waits: number[] = [];
    const wait = async (ms: number) => void waits.push(ms);
    const url = `http://127.0.0.1:${port}`;
    return { requests, waits, sluice: createClient({ url, key: 'k', wait }), url };
  }

  const ok = (_: IncomingMessage, response: ServerResponse) =>
    response.writeHead(202).end('{"id":"evt_1","type":"a.b","deliveries":0}');
  const busy = (retryAfter?: string) => (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(503, {
      'Content-Type': 'application/problem+json',
      ...(retryAfter === undefined ? {} : { 'Retry-After': retryAfter }),
    });
    response.end(
      '{"type":"urn:x","title":"t","status":503,"code":"database_unavailable","detail":"d","remedy":"r"}',
    );
  };
  const broken = (request: IncomingMessage) => void request.socket.destroy();

  test('it tries again as late as it is asked to, with the same idempotency key', async () => {
    const { sluice, requests, waits } = await facing(busy('7'), broken, busy(), ok);
    await expect(sluice.publishEvent({ type: 'a.b', data: {} })).resolves.toMatchObject({ id: 'evt_1' });
    expect(requests).toHaveLength(4);
    expect(new Set(requests.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
    expect(requests[0]?.idempotencyKey).toMatch(/^[0-9a-f]{32}$/);
    expect(waits[0]).toBe(7_000);
    expect(waits[1]).toBeGreaterThanOrEqual(750);
    expect(waits[2]).toBeGreaterThanOrEqual(1_500);
  });

  test('it gives up after four tries, and says what the last one said', async () => {
    const { sluice, requests } = await facing(busy('1'));
    await expect(sluice.getMe()).rejects.toMatchObject({
      code: 'database_unavailable',
      retryAfterSeconds: 1,
    });
    expect(requests).toHaveLength(4);
  });

  test('it does not wait longer than it may', async () => {
    const { sluice, requests } = await facing(busy('61'));
    await expect(sluice.getMe()).rejects.toMatchObject({ retryAfterSeconds: 61 });
    expect(requests).toHaveLength(1);
  });

  test('what cannot be repeated safely is not, nor what must not be', async () => {
    const { sluice, requests } = await facing(broken);
    await expect(sluice.deleteMember('mbr_1')).rejects.toThrow(SluiceUnreachable);
    await expect(sluice.getMe({ retry: false })).rejects.toThrow(
      /^http:\/\/127\.0\.0\.1:\d+ cannot be reached: /,
    );
    expect(requests).toHaveLength(2);
  });

  test('a given idempotency key is kept', async () => {
    const { sluice, requests } = await facing(ok);
    await sluice.publishEvent({ type: 'a.b', data: {} }, { idempotencyKey: 'order-42' });
    expect(requests[0]?.idempotencyKey).toBe('order-42');
  });

  test('a redirect is not followed: the key would go along', async () => {
    const other = await facing(ok);
    const { sluice } = await facing((_, response) => response.writeHead(307, { Location: other.url }).end());
    await expect(sluice.getMe({ retry: false })).rejects.toThrow(SluiceUnreachable);
    expect(other.requests).toHaveLength(0);
  });

  test('what stops it, stops it', async () => {
    const { sluice, requests } = await facing(() => {});
    const stop = new AbortController();
    const stopped = sluice.getMe({ signal: stop.signal });
    stop.abort();
    await expect(stopped).rejects.toThrow(SluiceUnreachable);
    expect(requests.length).toBeLessThanOrEqual(1);
  });

  test('an answer of something else is told as such', async () => {
    const { sluice } = await facing((_, response) => response.writeHead(502).end('<html>Bad gateway</html>'));
    await expect(sluice.getMe()).rejects.toMatchObject({ status: 502, code: 'unexpected_answer' });
    const page = await facing((_, response) => response.end('<html>Welcome</html>'));
    await expect(page.sluice.getMe()).rejects.toMatchObject({ code: 'unexpected_answer' });
  });
});
