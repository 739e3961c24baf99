import { type Contract, contracts, getContract, verify } from '@sluice/contracts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';
import { startReceiver, type TestReceiver } from './support/receiver.ts';

const now = new Date('2026-04-06T14:30:00Z');
const standardTimes = [0, 5, 305, 2_105, 9_305, 27_305, 63_305, 113_705];
const promised: Readonly<
  Record<string, { attempts: number[]; timeout: number; jitter: number; overlap: number; secret: RegExp }>
> = {
  standard: {
    attempts: standardTimes,
    timeout: 15,
    jitter: 0.2,
    overlap: 604_800,
    secret: /^whsec_[A-Za-z0-9+/]{43}=$/,
  },
  fluxo: {
    attempts: standardTimes,
    timeout: 15,
    jitter: 0.2,
    overlap: 604_800,
    secret: /^whsec_[A-Za-z0-9+/]{43}=$/,
  },
  flowlu: {
    attempts: standardTimes,
    timeout: 15,
    jitter: 0.2,
    overlap: 604_800,
    secret: /^whsec_[A-Za-z0-9+/]{43}=$/,
  },
  fluxdesk: { attempts: [0, 10, 70, 370], timeout: 8, jitter: 0, overlap: 0, secret: /^fdsec_[0-9a-f]{64}$/ },
  flowbeacon: { attempts: [0, 5, 35], timeout: 10, jitter: 0, overlap: 0, secret: /^whsec_[0-9a-f]{64}$/ },
  flowxtra: { attempts: [0, 10, 70, 370], timeout: 15, jitter: 0, overlap: 0, secret: /^[0-9a-f]{64}$/ },
};
const names = Object.keys(promised);
const withoutOverlap = names.filter((name) => promised[name]?.overlap === 0);
const withOverlap = names.filter((name) => promised[name]?.overlap !== 0);
const httpsOnly = names.filter((name) => name !== 'standard');

function contractNamed(name: string): Contract {
  const contract = getContract(name);
  if (!contract) throw new Error(`No contract ${name}.`);
  return contract;
}

describeOnEachDatabase('endpoints under each contract', (kind) => {
  let app: TestApp;
  /** Where this machine is out of bounds. */
  let walled: TestApp;
  let receiver: TestReceiver;
  let key: string;

  beforeAll(async () => {
    app = await createTestApp(kind, { time: now });
    walled = await createTestApp(kind, { environment: { SLUICE_ALLOW_TARGETS: '10.0.0.0/8' } });
  });
  beforeEach(async () => {
    receiver = await startReceiver();
    key = (await app.organization()).key;
  });
  afterEach(() => receiver.close());
  afterAll(async () => {
    await app.close();
    await walled.close();
  });

  const create = (contract: string, more: Record<string, unknown> = {}) =>
    app.call(
      'POST',
      '/v1/endpoints',
      { url: 'https://example.com/', events: ['*'], contract, ...more },
      { token: key },
    );

  async function refusedAt(pointer: string, answer: ReturnType<TestApp['call']>) {
    const { status, body } = await answer;
    expect({ status, pointers: body.errors?.map((error: { pointer: string }) => error.pointer) }).toEqual({
      status: 422,
      pointers: [pointer],
    });
  }

  it('previews the attempts and their times', async () => {
    const { body } = await app.call('GET', '/v1/contracts');
    expect(body.data.map(({ name }: { name: string }) => name).sort()).toEqual([...names].sort());
    expect(contracts).toHaveLength(names.length);
    for (const name of names) {
      const { attempts, timeout, jitter, overlap } = promised[name] ?? { attempts: [] };
      const one = await app.call('GET', `/v1/contracts/${name}`);
      expect(one.body).toEqual(body.data.find((contract: { name: string }) => contract.name === name));
      expect(one.body).toMatchObject({
        timeout_seconds: timeout,
        retry: { jitter },
        secret: { max_overlap_seconds: overlap },
      });
      expect(one.body.attempts).toEqual(
        attempts.map((seconds, index) => ({
          number: index + 1,
          after_seconds: seconds,
          at: new Date(now.getTime() + seconds * 1000).toISOString(),
        })),
      );
    }
    expect((await app.call('GET', '/v1/contracts/nothing')).status).toBe(404);
  });

  it.each(names)('%s makes secrets of its form, and takes no others', async (name) => {
    const { status, body } = await create(name);
    expect({ status, contract: body.contract }).toEqual({ status: 201, contract: name });
    expect(body.secret).toMatch(promised[name]?.secret ?? /^$/);
    const own = await create(name, { secret: body.secret });
    expect(own).toMatchObject({ status: 201, body: { secret: body.secret } });
    await refusedAt('/secret', create(name, { secret: 'short' }));
    const shown = await app.call('GET', `/v1/endpoints/${body.id}`, undefined, { token: key });
    expect(shown.text).not.toContain(body.secret);
  });

  it.each(httpsOnly)('%s takes https only, and http to this machine where that is allowed', async (name) => {
    await refusedAt('/url', create(name, { url: 'http://example.com/' }));
    expect((await create(name, { url: 'http://127.0.0.1:9/' })).status).toBe(201);
    expect((await create(name, { url: 'http://localhost:9/' })).status).toBe(201);
    const { key: token } = await walled.organization();
    const body = { url: 'http://127.0.0.1:9/', events: ['*'], contract: name };
    await refusedAt('/url', walled.call('POST', '/v1/endpoints', body, { token }));
  });

  it('standard takes plain http to the public, too', async () => {
    expect((await create('standard', { url: 'http://example.com/' })).status).toBe(201);
  });

  async function rotateAndDeliver(name: string) {
    const { body: endpoint } = await create(name, { url: receiver.url });
    const path = `/v1/endpoints/${endpoint.id}/rotate-secret`;
    const rotated = await app.call('POST', path, undefined, { token: key });
    expect(rotated.status).toBe(200);
    await app.call(
      'POST',
      '/v1/events',
      { type: 'crm.account.create', data: { title: 'x' } },
      { token: key },
    );
    await app.worker.runOnce();
    const [request] = receiver.requests;
    if (!request) throw new Error('Nothing was delivered.');
    const check = (secret: string) =>
      verify(contractNamed(name), { headers: request.headers, body: request.body, secret, now });
    return {
      path,
      rotated: rotated.body,
      old: await check(endpoint.secret),
      fresh: await check(rotated.body.secret),
    };
  }

  it.each(withoutOverlap)('%s rotates without grace: the old secret signs nothing more', async (name) => {
    const { path, rotated, old, fresh } = await rotateAndDeliver(name);
    expect(rotated.overlap_seconds).toBe(0);
    expect(fresh.ok).toBe(true);
    expect(old).toMatchObject({ ok: false, failure: 'bad_signature' });
    await refusedAt('/overlap_seconds', app.call('POST', path, { overlap_seconds: 1 }, { token: key }));
  });

  it.each(withOverlap)('%s rotates with an overlap in which both secrets sign', async (name) => {
    const { path, rotated, old, fresh } = await rotateAndDeliver(name);
    expect(rotated.overlap_seconds).toBe(86_400);
    expect([old.ok, fresh.ok]).toEqual([true, true]);
    await refusedAt('/overlap_seconds', app.call('POST', path, { overlap_seconds: 604_801 }, { token: key }));
  });

  it('lets no endpoint under FlowBeacon have delays of its own', async () => {
    await refusedAt('/retry_delays', create('flowbeacon', { retry_delays: [1] }));
    expect((await create('flowxtra', { retry_delays: [1] })).status).toBe(201);
  });

  it('refuses a contract that there is not, and says which there are', async () => {
    const refused = await create('nothing');
    await refusedAt('/contract', Promise.resolve(refused));
    for (const name of names) expect(refused.body.errors[0].detail).toContain(name);
  });
});
