import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { newId, parseId } from '../src/base/ids.ts';
import type { Queries } from '../src/db/connect.ts';
import { transact } from '../src/db/transaction.ts';
import { attempt } from '../src/deliveries/attempt.ts';
import { type Claimed, claim, promoteDue } from '../src/deliveries/claim.ts';
import { giveBack } from '../src/deliveries/leases.ts';
import { prepare } from '../src/deliveries/prepare.ts';
import { type Settlement, settle } from '../src/deliveries/settle.ts';
import { createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';

const nowhere = '00000000-0000-0000-0000-000000000000';
const queueLength = 8_000;
const endpointCount = 8;
const batch = 8;
/** Far more than a batch needs, far less than reading the queue, the ledger or the endpoints once. */
const rowsAtMost = 1_000;

describeOnEachDatabase('plans of the delivery path that were made on empty tables', (kind) => {
  let app: TestApp;
  beforeEach(async () => {
    app = await createTestApp(kind);
  });
  afterEach(() => app.close());

  /** Rows and index entries that a piece of work has read, in the tables that grow. */
  async function rowsReadBy<T>(
    queries: Queries,
    work: () => Promise<T>,
  ): Promise<{ result: T; rows: number }> {
    const before = await rowsRead(queries);
    const result = await work();
    return { result, rows: (await rowsRead(queries)) - before };
  }

  async function rowsRead(queries: Queries): Promise<number> {
    await sql`select pg_stat_force_next_flush()`.execute(queries);
    const { rows } = await sql<{ count: number }>`
      with touched as (
        select (seq_tup_read + coalesce(idx_tup_fetch, 0))::int as count, relname from pg_stat_user_tables
        union all select idx_tup_read::int, relname from pg_stat_user_indexes
      )
      select sum(count)::int as count from touched
       where relname ~ '^(open_deliveries|events|bodies|endpoints|endpoint_health|endpoint_secrets|idempotency_keys|event_ids)'`.execute(
      queries,
    );
    return rows[0]?.count ?? Number.NaN;
  }

  const claimSome = async (queries: Queries) =>
    (
      await claim(queries, {
        worker: 'test',
        limit: batch,
        after: { orgId: nowhere, endpointId: nowhere },
        room: new Map(),
      })
    ).deliveries;

  const settleAll = (queries: Queries, settlements: readonly Settlement[]) =>
    transact(queries, (tx) => settle(tx, settlements));

  async function sendAll(queries: Queries, claimed: readonly Claimed[]) {
    const { jobs, unpreparable } = await prepare(queries, app.parts.sealer, claimed);
    expect(unpreparable).toEqual([]);
    const tools = {
      ...app.parts,
      http: {
        ...app.parts.http,
        post: async () => ({ timings: { total: 1 }, response: null, ...failed }),
      },
    };
    return Promise.all(jobs.map(async (job) => (await attempt(tools, job)).settlement));
  }

  it('lock the day that they read, however many there are', async () => {
    const { key } = await app.organization();
    const endpoint = { url: 'http://127.0.0.1:9/', events: ['x.y'] };
    await app.call('POST', '/v1/endpoints', endpoint, { token: key });
    await app.call('POST', '/v1/events', { type: 'x.y', data: {} }, { token: key });
    const claimed = await claimSome(app.database.hotPath);
    expect(claimed).toHaveLength(1);
    const attempted = claimed.map((delivery) => ({ ...delivery, bodyId: delivery.eventId }));
    const locked = await transact(app.database.hotPath, async (tx) => {
      await prepare(tx, app.parts.sealer, attempted);
      const { rows } = await sql<{ name: string }>`
        select distinct relname as name from pg_locks join pg_class on pg_class.oid = pg_locks.relation
         where pid = pg_backend_pid() and relname ~ '^(events|bodies)_([0-9]{8}|default)$' order by name`.execute(
        tx,
      );
      return rows.map(({ name }) => name);
    });
    expect(locked).toEqual([
      expect.stringMatching(/^bodies_[0-9]{8}$/),
      expect.stringMatching(/^events_[0-9]{8}$/),
    ]);
  });

  it('find what they need by its key when the tables are full', async () => {
    const { id, key } = await app.organization();
    const orgId = parseId('organization', id) ?? '';
    for (let index = 0; index < endpointCount; index += 1)
      await app.call(
        'POST',
        '/v1/endpoints',
        { url: 'http://127.0.0.1:9/', events: ['x.y'] },
        { token: key },
      );
    await app.database.hotPath.connection().execute(async (queries) => {
      // An empty table that has been looked at seems emptier than one that nobody has looked at.
      await sql`vacuum (analyze) open_deliveries, events, bodies, endpoints, endpoint_health, endpoint_secrets`.execute(
        queries,
      );
      // Once around while the queue is empty: everything is planned now.
      const missing = { ...nothing, orgId, id: newId(app.parts.clock) };
      await claimSome(queries);
      await promoteDue(queries);
      await prepare(queries, app.parts.sealer, [missing]);
      await giveBack(queries, [missing]);
      await settleAll(queries, [settlementOf(missing)]);
      await fill(queries, orgId);

      const claimed = await rowsReadBy(queries, () => claimSome(queries));
      expect(claimed.result).toHaveLength(batch);
      const sent = await rowsReadBy(queries, () => sendAll(queries, claimed.result));
      expect(sent.result).toHaveLength(batch);
      const settled = await rowsReadBy(queries, () => settleAll(queries, sent.result));
      expect(settled.result.settled).toHaveLength(batch);
      const again = await claimSome(queries);
      const given = await rowsReadBy(queries, () => giveBack(queries, again));
      const promoted = await rowsReadBy(queries, () => promoteDue(queries, batch));
      expect(promoted.result.promoted).toBe(batch);
      const rows = [claimed, sent, settled, given, promoted].map((step) => step.rows);
      expect(Math.min(...rows)).toBeGreaterThan(0);
      expect(Math.max(...rows), rows.join(' ')).toBeLessThan(rowsAtMost);
    });
  });

  /** Most of the queue is ready, a quarter is scheduled and due, a few are leased; their events are in the ledger. */
  async function fill(queries: Queries, orgId: string): Promise<void> {
    const idOf = sql`('0196f0aa-0000-7000-8000-' || lpad(to_hex(number), 12, '0'))::uuid`;
    await sql`
      insert into events (org_id, id, type, data, occurred_at, source, created_at)
      select ${orgId}, ${idOf}, 'x.y', '{}', now(), 'api', now() from generate_series(1, ${queueLength}) number`.execute(
      queries,
    );
    await sql`
      insert into endpoints (org_id, id, owner_kind, owner_id, url, contract, events, metadata, effective_timeout_seconds, enabled, created_at, updated_at)
      select ${orgId}, ${idOf}, 'organization', ${orgId}, 'http://127.0.0.1:9/', 'standard', array['z.z'], '{}', 15, true, now(), now()
        from generate_series(1, ${queueLength / 2}) number`.execute(queries);
    await sql`
      insert into endpoint_health (org_id, endpoint_id, consecutive_failures, concurrency, allowance, allowance_at)
      select ${orgId}, ${idOf}, 0, 1, 1, now() from generate_series(1, ${queueLength / 2}) number`.execute(
      queries,
    );
    await sql`
      insert into open_deliveries (org_id, id, event_id, endpoint_id, event_type, contract, phase, priority, due_at, fence, lease_until,
                                   cancel_requested, attempts, round_attempts, created_at)
      select ${orgId}, ${idOf}, ${idOf}, endpoint.id, 'x.y', 'standard', case when number % 4 = 0 then 0 when number % 80 = 1 then 2 else 1 end, 0, now(), 1,
             case when number % 80 = 1 then now() + interval '1 hour' end, false, 0, 0, now()
        from generate_series(1, ${queueLength}) number
        join (select id, row_number() over (order by id) - 1 as place from endpoints where org_id = ${orgId} and 'x.y' = any(events)) endpoint
          on endpoint.place = (number / 4) % ${endpointCount}`.execute(queries);
    await sql`update endpoint_health set concurrency = 1000000 where org_id = ${orgId}`.execute(queries);
  }
});

const failed = { failure: 'connection_error', error: 'refused' } as const;

const nothing: Claimed = {
  orgId: nowhere,
  id: nowhere,
  eventId: nowhere,
  endpointId: nowhere,
  contract: 'standard',
  fence: 1,
  attempts: 0,
  roundAttempts: 0,
  roundStartedAt: new Date(),
  bodyId: nowhere,
  timeoutSeconds: 15,
  createdAt: new Date(),
};

function settlementOf({ orgId, id, endpointId, contract, fence }: Claimed): Settlement {
  return {
    orgId,
    deliveryId: id,
    endpointId,
    contract,
    fence,
    attemptId: id,
    number: 1,
    outcome: 'connection_error',
    error: 'refused',
    url: 'http://127.0.0.1:9/',
    requestHeaders: '{}',
    body: null,
    status: null,
    responseHeaders: null,
    responseBody: null,
    responseTruncated: false,
    timings: '{"total":1}',
    durationMs: 1,
    startedAt: new Date(),
    worker: 'test',
    next: 1_000,
    countsAsFailure: true,
    strained: false,
  };
}
