import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Api, makeOrganization } from '../src/api.ts';
import { check, describeProblems, type Kill } from '../src/checker.ts';
import { type Cluster, startCluster } from '../src/cluster.ts';
import { type DatabaseProxy, startDatabaseProxy } from '../src/database-proxy.ts';
import { countOpen, readLedger } from '../src/ledger.ts';
import { makeDatabase, type Place, postgresUrl } from '../src/places.ts';
import { killPrograms } from '../src/program.ts';
import { startPublisher } from '../src/publisher.ts';
import { type Receiver, startReceiver } from '../src/receiver.ts';
import { pause, until } from '../src/waiting.ts';

const timeoutSeconds = 3;
const leaseMs = (timeoutSeconds + 10) * 1000;
const resumeLimitMs = 10_000;
const noticeLimitMs = 30_000;
/** What it takes to read clocks and answers on a busy machine. */
const slackMs = 2_000;
const timeout = 180_000;

interface Problem {
  readonly code: string;
}
interface Accepted {
  readonly id: string;
}

describe.skipIf(postgresUrl === undefined)('a database that', () => {
  let place: Place & { readonly databaseUrl: string };
  let forApi: DatabaseProxy;
  let forWorker: DatabaseProxy;
  let cluster: Cluster;
  let receiver: Receiver;
  /** Past the proxies, as whoever administers the database. */
  let administrator: pg.Client;

  beforeAll(async () => {
    place = await makeDatabase();
    [forApi, forWorker] = await Promise.all([
      startDatabaseProxy(place.databaseUrl),
      startDatabaseProxy(place.databaseUrl),
    ]);
    [cluster, receiver] = await Promise.all([
      startCluster({
        api: { dataDir: place.dataDir, databaseUrl: forApi.url, roles: 'api' },
        worker: { dataDir: place.dataDir, databaseUrl: forWorker.url, roles: 'worker' },
      }),
      startReceiver(),
    ]);
    administrator = new pg.Client({ connectionString: place.databaseUrl });
    await administrator.connect();
  });
  afterAll(async () => {
    await killPrograms();
    await Promise.all([forApi.close(), forWorker.close(), administrator.end()]);
    await place.remove();
  });

  async function makeEndpoint(api: Api, path: string, more: Record<string, unknown> = {}): Promise<string> {
    const settings = {
      url: receiver.url + path,
      events: ['*'],
      timeout_seconds: timeoutSeconds,
      retry_delays: Array<number>(20).fill(1),
      ...more,
    };
    return (await api.post<{ id: string }>('/v1/endpoints', settings)).id;
  }

  /** 503 as it must be: a problem document, and when to come again. */
  function expectUnavailable({ status, headers, body }: Answer<Problem>): void {
    expect([status, body.code]).toEqual([503, 'database_unavailable']);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  }

  const receiptsAt = async (path: string) =>
    (await receiver.receipts()).filter((receipt) => receipt.path === path);

  it('restarts and is away for a while loses nothing and answers truthfully', { timeout }, async () => {
    const api = await makeOrganization(cluster.address, 'away');
    const endpointIds = [await makeEndpoint(api, '/away')];
    const publisher = startPublisher({ addresses: cluster.addresses, key: api.key, perSecond: 60 });
    // A queue that always has something due, for one of another organization.
    const waiting = await makeOrganization(cluster.address, 'waiting');
    const queue = await makeEndpoint(waiting, '/waiting', { rate_limit: 4 });
    await waiting.post('/v1/events/batch', {
      events: Array.from({ length: 200 }, () => ({ type: 'thing.waits', data: {} })),
    });
    await until('deliveries are under way', async () => (await receiptsAt('/waiting')).length > 4);

    const kills: Kill[] = [{ at: Date.now(), name: 'every connection' }];
    await administrator.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    const before = publisher.log.length;
    await until('events are accepted again', () =>
      publisher.log.slice(before).some(({ outcome }) => outcome === 'accepted'),
    );

    kills.push({ at: Date.now(), name: 'the database' });
    await Promise.all([forApi.refuse(), forWorker.refuse()]);
    const refusedTimes = () => publisher.log.reduce((sum, { troubles }) => sum + troubles.length, 0);
    const refusedBefore = refusedTimes();
    await until('publishers have been refused', () => refusedTimes() > refusedBefore + 50);
    expectUnavailable(await api.call('POST', '/v1/events', { type: 'thing.refused', data: {} }));
    expectUnavailable(await api.call('GET', '/v1/events'));
    expect((await api.call('GET', '/readyz')).status).toBe(503);
    expect((await api.call('GET', '/healthz')).status).toBe(200);
    await until('nothing is delivered any more', async () => {
      const { at = 0 } = (await receiver.receipts()).at(-1) ?? {};
      return Date.now() - at > 1_000;
    });

    const sentBefore = (await receiptsAt('/waiting')).length;
    await Promise.all([forApi.mend(), forWorker.mend()]);
    const mendedAt = Date.now();
    const { at: resumedAt } = await until('deliveries resume', async () => {
      return (await receiptsAt('/waiting'))[sentBefore] ?? null;
    });
    expect(resumedAt - mendedAt).toBeLessThanOrEqual(resumeLimitMs);

    await publisher.stop();
    await waiting.call('DELETE', `/v1/endpoints/${queue}`);
    await until('every delivery has ended', async () => (await countOpen(api)) === 0);
    const findings = check({
      sent: publisher.log,
      receipts: await receiptsAt('/away'),
      ledger: await readLedger(api),
      endpointIds,
      kills,
      leaseMs,
    });
    expect(describeProblems(findings)).toBe('');
    const troubles = new Set(publisher.log.flatMap((event) => event.troubles));
    expect([...troubles], 'always with Retry-After').toEqual(['503']);
    console.log(`away: deliveries resumed after ${resumedAt - mendedAt} ms`, findings.figures);
  });

  it('falls silent on open connections is noticed', { timeout }, async () => {
    const api = await makeOrganization(cluster.address, 'silent');
    await makeEndpoint(api, '/silent');
    await api.post('/v1/events', { type: 'thing.warm', data: {} });
    await until('the first is delivered', async () => (await receiptsAt('/silent')).length === 1);

    forApi.fallSilent();
    forWorker.fallSilent();
    const silentAt = performance.now();
    const publish = async (n: number) => {
      const since = performance.now();
      const answer = await api.call<Accepted & Problem>('POST', '/v1/events', {
        type: 'thing.told',
        id: `told-${n}`,
        data: { n },
      });
      return { answer, ms: performance.now() - since };
    };
    const first = await Promise.all(Array.from({ length: 20 }, (_, n) => publish(n)));
    expect(
      first.some(({ answer }) => answer.status === 503),
      'somebody was on a silent connection',
    ).toBe(true);
    for (const { answer, ms } of first) {
      expect(ms).toBeLessThanOrEqual(noticeLimitMs + slackMs);
      if (answer.status !== 202) expectUnavailable(answer);
    }
    for (let n = 0; n < first.length; n += 1)
      await until(`event ${n} is accepted`, async () => (await publish(n)).answer.status === 202);
    await until('all are delivered', async () => (await receiptsAt('/silent')).length === first.length + 1);
    const resumedMs = performance.now() - silentAt;
    expect(resumedMs).toBeLessThanOrEqual(noticeLimitMs + resumeLimitMs + slackMs);
    expect(await api.all('/v1/events?type=thing.told')).toHaveLength(first.length);
    console.log(
      `silent: noticed after ${Math.max(...first.map(({ ms }) => ms))} ms, all well after ${resumedMs} ms`,
    );
  });

  it.each([
    { what: 'that was made', committed: true },
    { what: 'that was never heard', committed: false },
  ])('goes away during a COMMIT $what has an event once', { timeout }, async ({ committed }) => {
    const name = `commit-${committed ? 'made' : 'unheard'}`;
    const api = await makeOrganization(cluster.address, name);
    await makeEndpoint(api, `/${name}`);
    const ofPublish = forApi.cutCommit({ statement: /insert into events\b/, committed });
    const body = { type: 'thing.cut', id: 'the-one', data: { committed } };
    expectUnavailable(await api.call('POST', '/v1/events', body));
    await ofPublish;
    const existing = (await api.all('/v1/events')).length;
    expect(existing).toBe(committed ? 1 : 0);
    const accepted = await until('the same is accepted', async () => {
      const answer = await api.call<Accepted>('POST', '/v1/events', body);
      return answer.status === 202 && answer.body;
    });
    expect(accepted).toMatchObject({ id: 'the-one', deliveries: 1 });
    expect(await api.all('/v1/events')).toHaveLength(1);
    await until('it is delivered', async () => (await countOpen(api)) === 0);
    expect(await receiptsAt(`/${name}`)).toHaveLength(1);

    const ofSettling = forWorker.cutCommit({ statement: /insert into attempts\b/, committed });
    await api.post('/v1/events', { type: 'thing.settled', data: {} });
    await ofSettling;
    await until('it is settled', async () => (await countOpen(api)) === 0);
    expect(await receiptsAt(`/${name}`), 'sent once').toHaveLength(2);
    for (const delivery of (await readLedger(api)).deliveries)
      expect(delivery).toMatchObject({ state: 'delivered', attemptCount: 1 });
  });

  it('has no room on its disk is left in peace until it has some', { timeout }, async () => {
    const api = await makeOrganization(cluster.address, 'full');
    // Its lease outlives the disk's being full: what was sent is settled, not sent again.
    await makeEndpoint(api, '/full', { timeout_seconds: 60 });
    await receiver.behave({ delayMs: [0, 0], failing: 0, hold: true });
    for (let n = 0; n < 5; n += 1) await api.post('/v1/events', { type: 'thing.sent', data: { n } });
    await until('the receiver holds them', async () => (await receiptsAt('/full')).length === 5);
    await administrator.query(`
      create sequence refusals;
      create function refuse() returns trigger language plpgsql as $$ begin
        perform nextval('refusals');
        raise exception 'could not extend file: No space left on device' using errcode = 'disk_full';
      end $$;
      create trigger disk_is_full before insert on events for each statement execute function refuse();
      create trigger disk_is_full before insert on attempts for each statement execute function refuse()`);
    expectUnavailable(await api.call('POST', '/v1/events', { type: 'thing.refused', data: {} }));
    await receiver.behave({ delayMs: [0, 0], failing: 0 });
    const refusals = async () =>
      Number((await administrator.query('select last_value from refusals')).rows[0].last_value);
    const before = await until('settling has been refused', async () => {
      const count = await refusals();
      return count >= 3 && count;
    });
    const watchedMs = 3_000;
    await pause(watchedMs);
    expect((await refusals()) - before, 'tries again, without spinning').toBeLessThanOrEqual(watchedMs / 250);
    await administrator.query('drop trigger disk_is_full on events; drop trigger disk_is_full on attempts');
    await api.post('/v1/events', { type: 'thing.sent', data: { n: 5 } });
    await until('everything is delivered', async () => (await countOpen(api)) === 0, resumeLimitMs + slackMs);
    expect(await receiptsAt('/full')).toHaveLength(6);
    expect(await api.all('/v1/events?type=thing.refused')).toHaveLength(0);
    for (const delivery of (await readLedger(api)).deliveries)
      expect(delivery).toMatchObject({ state: 'delivered', attemptCount: 1 });
  });
});
