import { contracts, getContract, verify } from '@sluice/contracts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';
import { type ReceivedRequest, startReceiver, type TestReceiver } from './support/receiver.ts';

describeOnEachDatabase('diagnosing an endpoint', (kind) => {
  let app: TestApp;
  let receiver: TestReceiver;
  let key: string;

  beforeEach(async () => {
    app = await createTestApp(kind);
    receiver = await startReceiver();
    key = (await app.organization()).key;
  });
  afterEach(async () => {
    await app.close();
    await receiver.close();
  });

  async function makeEndpoint(more: Record<string, unknown> = {}) {
    const settings = { url: `${receiver.url}/hook`, events: ['a.b'], ...more };
    const { status, body } = await app.call('POST', '/v1/endpoints', settings, { token: key });
    expect(status).toBe(201);
    return body;
  }

  const diagnose = (id: string, headers: Record<string, string> = {}) =>
    app.call('POST', `/v1/endpoints/${id}/diagnose`, undefined, { token: key, headers });

  /** Verifies the raw bytes, as a sound receiver does. */
  const verifying = (contractName: string, secret: string) => async (request: ReceivedRequest) => {
    const contract = getContract(contractName);
    if (!contract) throw new Error(`no contract ${contractName}`);
    const result = await verify(contract, { headers: request.headers, body: request.body, secret });
    return { status: result.ok ? 204 : 401 };
  };

  it.each(contracts.map(({ name }) => name))(
    'finds a sound receiver of the %s contract sound',
    async (contract) => {
      const endpoint = await makeEndpoint({ contract, headers: { 'X-Tenant': 'acme' }, timeout_seconds: 7 });
      receiver.answer = verifying(contract, endpoint.secret);
      const { status, body, text } = await diagnose(endpoint.id);
      expect(status).toBe(200);
      expect(body.causes).toEqual([]);
      expect(body).toMatchObject({
        endpoint_id: endpoint.id,
        url: endpoint.url,
        contract,
        sound: true,
        failed: 0,
      });
      expect(body.timeout_ms).toBe(7_000);
      expect(body.findings).toHaveLength(receiver.requests.length);
      expect(receiver.requests.every(({ headers }) => headers['x-tenant'] === 'acme')).toBe(true);
      expect(text).not.toContain(endpoint.secret.slice(8));
      expect(text).not.toContain('acme');
    },
  );

  it('names what is wrong, and leaves ledger and health alone', async () => {
    const endpoint = await makeEndpoint();
    receiver.answer = () => ({ status: 500, body: `secret is ${endpoint.secret}` });
    const { body, text } = await diagnose(endpoint.id);
    expect(body).toMatchObject({ sound: false, causes: [{ code: 'crashes_on_delivery' }] });
    expect(body.findings[0]).toMatchObject({ status: 500, excerpt: 'secret is ••••••' });
    expect(text).not.toContain(endpoint.secret.slice(6));
    const deliveries = await app.call('GET', '/v1/deliveries', undefined, { token: key });
    expect(deliveries.body.data).toEqual([]);
    const stats = await app.call('GET', `/v1/endpoints/${endpoint.id}/stats`, undefined, { token: key });
    expect(stats.body).toMatchObject({ failed: 0, consecutive_failures: 0 });
    const audit = await app.call('GET', '/v1/audit-log?action=endpoint.diagnosed', undefined, { token: key });
    expect(audit.body.data[0]).toMatchObject({ target: endpoint.id, details: { sound: false } });
  });

  it('signs with both secrets during a rotation, as deliveries are signed', async () => {
    const endpoint = await makeEndpoint();
    const rotated = await app.call('POST', `/v1/endpoints/${endpoint.id}/rotate-secret`, undefined, {
      token: key,
    });
    for (const secret of [endpoint.secret, rotated.body.secret]) {
      receiver.answer = verifying('standard', secret);
      expect((await diagnose(endpoint.id)).body).toMatchObject({ sound: true });
    }
  });

  it('tells a disabled endpoint and an unreachable one, too', async () => {
    const endpoint = await makeEndpoint();
    await app.call('POST', `/v1/endpoints/${endpoint.id}/disable`, undefined, { token: key });
    await receiver.close();
    const { body } = await diagnose(endpoint.id);
    expect(body.causes[0]).toMatchObject({ code: 'connection_error' });
    expect(body.causes[0].title).toContain('connection refused');
  });

  it('goes nowhere that deliveries may not go', async () => {
    await app.close();
    app = await createTestApp(kind, { environment: { SLUICE_ALLOW_TARGETS: '127.0.0.2/32' } });
    key = (await app.organization()).key;
    const endpoint = await makeEndpoint({ url: 'http://127.0.0.2:9/hook' });
    await app.database.queries
      .updateTable('endpoints')
      .set({ url: `${receiver.url}/hook` })
      .execute();
    const { body } = await diagnose(endpoint.id);
    expect(body.causes[0]).toMatchObject({ code: 'blocked_address' });
    expect(receiver.requests).toEqual([]);
  });

  it('answers the first report to the same key, and runs one at a time', async () => {
    const endpoint = await makeEndpoint();
    const gate = Promise.withResolvers<void>();
    receiver.answer = async () => {
      await gate.promise;
      return { status: 404 };
    };
    const first = diagnose(endpoint.id, { 'Idempotency-Key': 'one' });
    await receiver.received(1);
    expect(await diagnose(endpoint.id)).toMatchObject({ status: 409, body: { code: 'conflict' } });
    gate.resolve();
    const { text } = await first;
    const again = await diagnose(endpoint.id, { 'Idempotency-Key': 'one' });
    expect(again.text).toBe(text);
    expect(again.headers.get('idempotent-replay')).toBe('true');
    expect(receiver.requests).toHaveLength(1);
    expect((await diagnose(endpoint.id)).status).toBe(200);
  });

  it('needs the scope, and an endpoint of one’s own', async () => {
    const endpoint = await makeEndpoint();
    const reader = await app.call(
      'POST',
      '/v1/keys',
      { name: 'r', scopes: ['endpoints:read'] },
      { token: key },
    );
    const path = `/v1/endpoints/${endpoint.id}/diagnose`;
    expect(await app.call('POST', path, undefined, { token: reader.body.secret })).toMatchObject({
      status: 403,
    });
    const stranger = await app.organization();
    expect(await app.call('POST', path, undefined, { token: stranger.key })).toMatchObject({ status: 404 });
    expect(receiver.requests).toEqual([]);
  });
});
