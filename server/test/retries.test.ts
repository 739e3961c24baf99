import { contracts, nextDelay, preview } from '@sluice/contracts';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';
import { startReceiver, type TestReceiver } from './support/receiver.ts';
import { createTenant, type Tenant } from './support/tenant.ts';

describeOnEachDatabase('retries', (kind) => {
  let app: TestApp;
  let receiver: TestReceiver;
  let tenant: Tenant;
  /** What chance says: half is no jitter at all. */
  let chance: number;

  beforeAll(async () => {
    app = await createTestApp(kind, { time: new Date('2026-04-06T14:30:00Z'), random: () => chance });
    receiver = await startReceiver();
  });
  afterAll(async () => {
    await app.close();
    await receiver.close();
  });
  beforeEach(async () => {
    chance = 0.5;
    receiver.requests.length = 0;
    receiver.answer = () => ({ status: 500 });
    tenant = await createTenant(app);
  });
  afterEach(() => tenant.end());

  /** Nothing a millisecond before, and an attempt then. */
  async function expectAttemptAfter(ms: number): Promise<void> {
    const before = receiver.requests.length;
    await app.advance(ms - 1);
    await app.worker.runOnce();
    expect(receiver.requests).toHaveLength(before);
    await app.advance(1);
    await app.worker.runOnce();
    expect(receiver.requests).toHaveLength(before + 1);
  }

  it.each(contracts.map((contract) => ({ contract, name: contract.name })))(
    'of the $name contract come exactly when it promises, and no more of them',
    async ({ contract }) => {
      await tenant.endpoint(`${receiver.url}/hook`, { contract: contract.name });
      const { id } = await tenant.publish();
      await app.worker.runOnce();
      expect(receiver.requests).toHaveLength(1);
      for (const { delaySeconds } of preview(contract).slice(1))
        await expectAttemptAfter(delaySeconds * 1_000);
      await app.advance(365 * 86_400_000);
      await app.worker.runOnce();
      expect(receiver.requests).toHaveLength(preview(contract).length);
      const [delivery] = await tenant.deliveries(id);
      expect(delivery).toMatchObject({
        state: 'failed',
        attempts: preview(contract).length,
        next_attempt_at: null,
      });
      expect((await tenant.attempts(delivery.id)).map(({ number }) => number)).toEqual(
        preview(contract).map(({ attempt }) => attempt),
      );
    },
  );

  it.each([
    [0, 0.8],
    [0.999_999_9, 1.2],
  ])('vary by a fifth at most: chance %d makes %d of the delay', async (given, share) => {
    chance = given;
    await tenant.endpoint(`${receiver.url}/hook`);
    await tenant.publish();
    await app.worker.runOnce();
    await expectAttemptAfter(Math.round(5_000 * share));
    await expectAttemptAfter(Math.round(300_000 * share));
  });

  it('go by the endpoint’s own delays, and its own timeout is how long an attempt may take', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/hook`, {
      retry_delays: [2, 7],
      timeout_seconds: 1,
    });
    expect(endpoint).toMatchObject({ retry_delays: [2, 7], timeout_seconds: 1 });
    let hang = true;
    receiver.answer = () => (hang ? new Promise(() => {}) : { status: 500 });
    const { id } = await tenant.publish();
    await app.worker.runOnce();
    hang = false;
    const [delivery] = await tenant.deliveries(id);
    expect((await tenant.attempts(delivery.id))[0]).toMatchObject({
      outcome: 'timeout',
      error: 'no complete answer within 1000 ms',
    });
    await expectAttemptAfter(2_000);
    await expectAttemptAfter(7_000);
    expect((await tenant.deliveries(id))[0].state).toBe('failed');
  });

  it('of an endpoint with no delays of its own left are none', async () => {
    await tenant.endpoint(`${receiver.url}/hook`, { retry_delays: [] });
    const { id } = await tenant.publish();
    await app.worker.runOnce();
    expect((await tenant.deliveries(id))[0]).toMatchObject({ state: 'failed', attempts: 1 });
  });

  it('cannot be changed where the contract promises its own', async () => {
    const answer = await tenant.post('/v1/endpoints', {
      url: `${receiver.url}/hook`,
      events: ['*'],
      contract: 'flowbeacon',
      retry_delays: [1],
    });
    expect(answer.status).toBe(422);
    expect(answer.body.errors[0].pointer).toBe('/retry_delays');
  });

  it('keep the promise under which the delivery was accepted, when the endpoint gets another contract', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/hook`, { contract: 'flowbeacon' });
    const { id } = await tenant.publish({ data: { a: 1 } });
    await app.worker.runOnce();
    expect(
      (await tenant.patch(`/v1/endpoints/${endpoint.id}`, { contract: 'fluxdesk', retry_delays: [1_000] }))
        .status,
    ).toBe(200);
    await expectAttemptAfter(5_000);
    await expectAttemptAfter(30_000);
    expect((await tenant.deliveries(id))[0]).toMatchObject({ state: 'failed', contract: 'flowbeacon' });
    expect(new Set(receiver.requests.map(({ body }) => body.toString())).size).toBe(1);
    expect(receiver.requests.every(({ headers }) => headers['x-fb-signature'] !== undefined)).toBe(true);
    await tenant.publish();
    await app.worker.runOnce();
    expect(receiver.requests.at(-1)?.headers['x-fluxdesk-signature']).toBeDefined();
  });

  it.each([
    ['seconds', () => '60', 60_000],
    ['a date', () => new Date(app.parts.clock.now() + 90_000).toUTCString(), 90_000],
    ['less than the schedule', () => '1', 5_000],
    ['a date that has passed', () => 'Sun, 06 Nov 1994 08:49:37 GMT', 5_000],
    ['more than a day', () => '9999999', 86_400_000],
    ['a date years ahead', () => 'Fri, 01 Jan 2100 00:00:00 GMT', 86_400_000],
    ['nonsense', () => 'soon', 5_000],
    ['a negative number', () => '-5', 5_000],
    ['a fraction', () => '60.5', 5_000],
  ])('wait as Retry-After asks with %s', async (_what, value, ms) => {
    receiver.answer = () => ({ status: 503, headers: { 'retry-after': value() } });
    await tenant.endpoint(`${receiver.url}/hook`);
    await tenant.publish();
    await app.worker.runOnce();
    await expectAttemptAfter(ms);
  });

  it('wait no longer than the contract lets a receiver ask', async () => {
    receiver.answer = () => ({ status: 503, headers: { 'retry-after': '3600' } });
    await tenant.endpoint(`${receiver.url}/hook`, { contract: 'flowbeacon' });
    await tenant.publish();
    await app.worker.runOnce();
    await expectAttemptAfter(60_000);
  });

  it('do not wait for the schedule after a success', async () => {
    receiver.answer = () => ({ status: 204, headers: { 'retry-after': '60' } });
    await tenant.endpoint(`${receiver.url}/hook`);
    const { id } = await tenant.publish();
    await app.worker.runOnce();
    expect((await tenant.deliveries(id))[0]).toMatchObject({ state: 'delivered', attempts: 1 });
  });

  it('follow a redirect, which is a failure and is not gone after', async () => {
    const elsewhere = await startReceiver();
    receiver.answer = () => ({ status: 307, headers: { location: elsewhere.url } });
    await tenant.endpoint(`${receiver.url}/hook`);
    const { id } = await tenant.publish();
    await app.worker.runOnce();
    const [delivery] = await tenant.deliveries(id);
    expect(delivery).toMatchObject({
      state: 'pending',
      last_attempt: { outcome: 'http_error', status: 307 },
    });
    expect(elsewhere.requests).toHaveLength(0);
    await elsewhere.close();
  });

  it('of FlowBeacon carry the same signed payload, whatever the milliseconds are', async () => {
    await tenant.endpoint(`${receiver.url}/hook`, { contract: 'flowbeacon' });
    await app.advance(999 - (app.parts.clock.now() % 1_000));
    await tenant.publish();
    app.drift(2); // between the claim and the first attempt a second begins
    await app.worker.runOnce();
    await app.advance(5_000);
    await app.worker.runOnce();
    await app.advance(30_000);
    await app.worker.runOnce();
    expect(receiver.requests).toHaveLength(3);
    expect(new Set(receiver.requests.map(({ headers }) => headers['x-fb-signature'])).size).toBe(1);
    expect(new Set(receiver.requests.map(({ body }) => body.toString())).size).toBe(1);
  });

  it('sign their own time where the contract says so', async () => {
    await tenant.endpoint(`${receiver.url}/hook`);
    await tenant.publish();
    await app.worker.runOnce();
    await app.advance(5_000);
    await app.worker.runOnce();
    const [first, second] = receiver.requests.map(({ headers }) => Number(headers['webhook-timestamp']));
    expect((second ?? 0) - (first ?? 0)).toBe(5);
  });
});

describe('the delay of every contract', () => {
  it.each(contracts.map((contract) => ({ name: contract.name, retry: contract.retry })))(
    'stays within its jitter and what a receiver may ask: $name',
    ({ retry }) => {
      const { delays, jitter, maxRetryAfterSeconds } = retry;
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: delays.length }),
          fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
          fc.option(fc.nat({ max: 10_000_000 })),
          (attempt, random, asked) => {
            const nominal = delays[attempt - 1] ?? 0;
            const delay = nextDelay(retry, attempt, () => random, asked);
            expect(delay).toBeGreaterThanOrEqual(nominal * (1 - jitter) - 1e-9);
            expect(delay).toBeLessThanOrEqual(
              Math.max(nominal * (1 + jitter), Math.min(asked ?? 0, maxRetryAfterSeconds)) + 1e-9,
            );
            if (asked !== null) expect(delay).toBeGreaterThanOrEqual(Math.min(asked, maxRetryAfterSeconds));
          },
        ),
      );
    },
  );
});
