import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { parseId } from '../src/base/ids.ts';
import { attempt } from '../src/deliveries/attempt.ts';
import { type Claimed, claim } from '../src/deliveries/claim.ts';
import { expireLeases } from '../src/deliveries/expire.ts';
import { giveBack } from '../src/deliveries/leases.ts';
import { prepare } from '../src/deliveries/prepare.ts';
import { settle } from '../src/deliveries/settle.ts';
import { createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';
import { startReceiver, type TestReceiver } from './support/receiver.ts';
import { createTenant, type Tenant } from './support/tenant.ts';

const nowhere = '00000000-0000-0000-0000-000000000000';

describeOnEachDatabase('the lease of a delivery', (kind) => {
  let app: TestApp;
  let other: TestApp;
  let receiver: TestReceiver;
  let tenant: Tenant;

  beforeAll(async () => {
    app = await createTestApp(kind, { time: new Date('2026-04-06T14:30:00Z'), random: () => 0.5 });
    other = await createTestApp(kind, { beside: app });
    receiver = await startReceiver();
  });
  afterAll(async () => {
    await other.close();
    await app.close();
    await receiver.close();
  });
  beforeEach(async () => {
    receiver.requests.length = 0;
    receiver.answer = () => ({ status: 200 });
    tenant = await createTenant(app);
  });
  afterEach(() => tenant.end());

  const queries = () => app.database.queries;
  const claimAll = (limit = 200): Promise<readonly Claimed[]> =>
    claim(queries(), {
      worker: 'test',
      limit,
      after: { orgId: nowhere, endpointId: nowhere },
      room: new Map(),
    }).then(({ deliveries }) => deliveries);
  const takeBack = () => expireLeases(queries(), app.parts.clock);

  /** Claims and sends like a worker, and answers what it would settle. */
  async function claimAndSend() {
    const { jobs } = await prepare(queries(), app.parts.sealer, await claimAll());
    return Promise.all(jobs.map(async (job) => (await attempt(app.parts, job)).settlement));
  }
  const settleAll = (settlements: Awaited<ReturnType<typeof claimAndSend>>) =>
    queries()
      .transaction()
      .execute((tx) => settle(tx, settlements));

  it('is exclusive: two workers at once send each delivery once', async () => {
    for (let n = 0; n < 3; n += 1) await tenant.endpoint(`${receiver.url}/${n}`);
    await tenant.post('/v1/events/batch', {
      events: Array.from({ length: 30 }, () => ({ type: 'a', data: {} })),
    });
    await Promise.all([app.worker.runOnce(), other.worker.runOnce()]);
    expect(receiver.requests).toHaveLength(90);
    expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(90);
  });

  it('lasts for the timeout and ten seconds; then it is taken back, and the attempt is unknown', async () => {
    await tenant.endpoint(`${receiver.url}/hook`, { timeout_seconds: 20 });
    const { id } = await tenant.publish();
    expect(await claimAll()).toHaveLength(1);
    await app.advance(30_000);
    expect(await takeBack()).toBe(0);
    expect((await tenant.deliveries(id))[0].state).toBe('sending');
    await app.advance(1);
    expect(await takeBack()).toBe(1);
    const [delivery] = await tenant.deliveries(id);
    expect(delivery).toMatchObject({
      state: 'pending',
      attempts: 1,
      last_attempt: { outcome: 'unknown', status: null },
    });
    expect(await tenant.attempts(delivery.id)).toMatchObject([
      { number: 1, outcome: 'unknown', response: null, request: { url: `${receiver.url}/hook` } },
    ]);
    await other.worker.runOnce();
    expect((await tenant.deliveries(id))[0]).toMatchObject({ state: 'delivered', attempts: 2 });
    expect((await tenant.attempts(delivery.id)).map(({ number, outcome }) => [number, outcome])).toEqual([
      [1, 'unknown'],
      [2, 'delivered'],
    ]);
  });

  it('that was lost lets its worker change nothing', async () => {
    await tenant.endpoint(`${receiver.url}/hook`);
    const { id } = await tenant.publish();
    const stale = await claimAndSend();
    await app.advance(60_000);
    await takeBack();
    receiver.answer = () => ({ status: 500 });
    await other.worker.runOnce();
    const before = [await tenant.deliveries(id), await tenant.attempts((await tenant.deliveries(id))[0].id)];
    expect((await settleAll(stale)).settled).toEqual([]);
    expect([await tenant.deliveries(id), await tenant.attempts((await tenant.deliveries(id))[0].id)]).toEqual(
      before,
    );
  });

  it('that was lost and won again by somebody else is theirs: only their result counts', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/hook`, { contract: 'fluxdesk' });
    const { id } = await tenant.publish();
    receiver.answer = () => ({ status: 500 });
    const stale = await claimAndSend();
    await app.advance(60_000);
    await takeBack();
    const fresh = await claimAndSend();
    const { settled } = await settleAll([...stale, ...fresh]);
    expect(settled.map(({ settlement }) => settlement.attemptId)).toEqual(
      fresh.map(({ attemptId }) => attemptId),
    );
    const [delivery] = await tenant.deliveries(id);
    expect((await tenant.attempts(delivery.id)).map(({ outcome }) => outcome)).toEqual([
      'unknown',
      'http_error',
    ]);
    expect((await tenant.get(`/v1/endpoints/${endpoint.id}/stats`)).body.consecutive_failures).toBe(1);
  });

  it('is settled once, though the answer to the commit was lost and it is settled again', async () => {
    await tenant.endpoint(`${receiver.url}/hook`);
    await tenant.publish();
    const results = await claimAndSend();
    expect((await settleAll(results)).settled).toHaveLength(1);
    expect((await settleAll(results)).settled).toHaveLength(0);
  });

  it('that ends with the schedule’s last attempt makes the delivery fail', async () => {
    await tenant.endpoint(`${receiver.url}/hook`, { retry_delays: [1] });
    const { id } = await tenant.publish();
    for (const state of ['pending', 'failed']) {
      await claimAll();
      await app.advance(60_000);
      await takeBack();
      expect((await tenant.deliveries(id))[0].state).toBe(state);
    }
    const [delivery] = await tenant.deliveries(id);
    expect((await tenant.attempts(delivery.id)).map(({ outcome }) => outcome)).toEqual([
      'unknown',
      'unknown',
    ]);
  });

  it('counts the attempts of the contract that was promised, not the endpoint’s new ones', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/hook`, { contract: 'flowbeacon' });
    const { id } = await tenant.publish();
    await tenant.patch(`/v1/endpoints/${endpoint.id}`, { contract: 'fluxdesk', retry_delays: [] });
    await claimAll();
    await app.advance(60_000);
    await takeBack();
    expect((await tenant.deliveries(id))[0].state).toBe('pending');
  });

  it('of a delivery that somebody cancelled meanwhile ends it as cancelled', async () => {
    await tenant.endpoint(`${receiver.url}/hook`);
    const { id } = await tenant.publish();
    await claimAll();
    await tenant.post(`/v1/deliveries/${(await tenant.deliveries(id))[0].id}/cancel`);
    await app.advance(60_000);
    await takeBack();
    expect((await tenant.deliveries(id))[0]).toMatchObject({ state: 'cancelled', attempts: 1 });
  });

  it('shows the bytes of an attempt that was cut off, once they are known', async () => {
    await tenant.endpoint(`${receiver.url}/hook`);
    const { id } = await tenant.publish({ data: { a: 1 } });
    await claimAll();
    await app.advance(60_000);
    await takeBack();
    await app.worker.runOnce();
    const [unknown, delivered] = await tenant.attempts((await tenant.deliveries(id))[0].id);
    expect(unknown.request.body).toBe(delivered.request.body);
  });

  it('that ran out does not show an address that the endpoint got meanwhile', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/before`, { timeout_seconds: 60 });
    const { id } = await tenant.publish();
    await claimAll();
    await app.advance(50_000);
    await tenant.patch(`/v1/endpoints/${endpoint.id}`, { url: `${receiver.url}/after`, timeout_seconds: 5 });
    const claimedAt = new Date(app.parts.clock.now() - 50_000).toISOString();
    await app.advance(60_000);
    await takeBack();
    const [attempt] = await tenant.attempts((await tenant.deliveries(id))[0].id);
    expect(attempt).toMatchObject({ outcome: 'unknown', started_at: claimedAt, request: { url: '' } });
  });

  it('is over at once at the start of a process that has the database for itself', async () => {
    await tenant.endpoint(`${receiver.url}/hook`);
    const { id } = await tenant.publish();
    await claimAll();
    expect(await expireLeases(queries(), app.parts.clock, true)).toBe(1);
    expect((await tenant.deliveries(id))[0]).toMatchObject({ state: 'pending', attempts: 1 });
  });

  it('is given back without an attempt when nothing was sent', async () => {
    await tenant.endpoint(`${receiver.url}/hook`, { contract: 'flowbeacon' });
    const { id } = await tenant.publish();
    const claimed = await claimAll();
    await app.advance(8_000);
    await giveBack(queries(), claimed);
    expect((await tenant.deliveries(id))[0]).toMatchObject({ state: 'pending', attempts: 0 });
    await app.worker.runOnce();
    expect((await tenant.deliveries(id))[0]).toMatchObject({ state: 'delivered', attempts: 1 });
    const signedAt = Number(/t=(\d+)/.exec(String(receiver.requests[0]?.headers['x-fb-signature']))?.[1]);
    expect(signedAt).toBe(Math.floor(app.parts.clock.now() / 1_000));
  });

  it('that somebody else holds by now is not given back', async () => {
    await tenant.endpoint(`${receiver.url}/hook`);
    const { id } = await tenant.publish();
    const stale = await claimAll();
    await app.advance(60_000);
    await takeBack();
    await claimAll();
    await giveBack(queries(), stale);
    expect((await tenant.deliveries(id))[0].state).toBe('sending');
  });

  it('of what was cancelled meanwhile is not given back, so that it is never sent', async () => {
    await tenant.endpoint(`${receiver.url}/hook`);
    const { id } = await tenant.publish();
    const claimed = await claimAll();
    await tenant.post(`/v1/deliveries/${(await tenant.deliveries(id))[0].id}/cancel`);
    await giveBack(queries(), claimed);
    await app.worker.runOnce();
    await app.advance(60_000);
    await takeBack();
    expect(receiver.requests).toHaveLength(0);
    expect((await tenant.deliveries(id))[0].state).toBe('cancelled');
  });

  it('of an earlier round never fits a later one', async () => {
    await tenant.endpoint(`${receiver.url}/hook`, { retry_delays: [] });
    const { id } = await tenant.publish();
    receiver.answer = () => ({ status: 500 });
    const stale = await claimAndSend();
    for (let round = 0; round < 3; round += 1) {
      await app.advance(60_000);
      await takeBack();
      const [delivery] = await tenant.deliveries(id);
      expect(delivery.state).toBe('failed');
      await tenant.post(`/v1/deliveries/${delivery.id}/retry`);
      await claimAll();
      expect((await settleAll(stale)).settled).toEqual([]);
    }
  });

  it('of a delivery that could not be sent again shows no body for it', async () => {
    const { id: endpointId } = await tenant.endpoint(`${receiver.url}/hook`);
    const { id } = await tenant.publish();
    receiver.answer = () => ({ status: 500 });
    await app.worker.runOnce();
    const [delivery] = await tenant.deliveries(id);
    await sql`update endpoints set headers = 'broken' where id = ${parseId('endpoint', endpointId)}`.execute(
      queries(),
    );
    await tenant.post(`/v1/deliveries/${delivery.id}/retry`);
    await app.worker.runOnce();
    const attempts = await tenant.attempts(delivery.id);
    expect(attempts.map(({ request }) => request.body)).toEqual([
      receiver.requests[0]?.body.toString(),
      null,
    ]);
  });

  it.each([
    [
      'a secret that no master key opens',
      (endpointId: string) =>
        sql`update endpoint_secrets set ciphertext = '1.00000000.AAAA' where endpoint_id = ${endpointId}`,
      'pending',
    ],
    [
      'headers that no master key opens',
      (endpointId: string) => sql`update endpoints set headers = 'broken' where id = ${endpointId}`,
      'pending',
    ],
    [
      'a contract that this version does not know',
      (endpointId: string) =>
        sql`update open_deliveries set contract = 'tomorrow' where endpoint_id = ${endpointId}`,
      'pending',
    ],
    [
      'a URL that is none',
      (endpointId: string) => sql`update endpoints set url = 'nonsense' where id = ${endpointId}`,
      'pending',
    ],
    [
      'no secret',
      (endpointId: string) => sql`delete from endpoint_secrets where endpoint_id = ${endpointId}`,
      'failed',
    ],
    [
      'an event that is gone',
      (endpointId: string) =>
        sql`update open_deliveries set event_id = ${nowhere} where endpoint_id = ${endpointId}`,
      'failed',
    ],
  ])(
    'of a delivery with %s ends alone: the others of its batch are delivered',
    async (_what, poison, state) => {
      const bad = await tenant.endpoint(`${receiver.url}/bad`);
      const good = await tenant.endpoint(`${receiver.url}/good`);
      const { id } = await tenant.publish();
      const bytes = parseId('endpoint', bad.id) ?? '';
      await poison(bytes).execute(queries());
      await app.worker.runOnce();
      expect(receiver.requests.map(({ path }) => path)).toEqual(['/good']);
      const deliveries: { endpoint_id: string; state: string; id: string }[] = (
        await tenant.deliveries()
      ).filter(({ created_at }) => created_at !== null);
      expect(deliveries.find(({ endpoint_id }) => endpoint_id === good.id)?.state).toBe('delivered');
      const failed = deliveries.find(({ endpoint_id }) => endpoint_id === bad.id);
      expect(failed?.state).toBe(state);
      expect((await tenant.attempts(failed?.id ?? ''))[0]).toMatchObject({
        number: 1,
        outcome: 'connection_error',
      });
      expect(id).toBeDefined();
    },
  );
});
