import { type Selectable, sql } from 'kysely';
import type { Queries } from '../db/connect.ts';
import { lookUp } from '../db/look-up.ts';
import type { Tables } from '../db/tables.ts';
import { transact } from '../db/transaction.ts';
import { allowanceNow, spendAllowance } from '../endpoints/health.ts';
import { type Lease, leaseTaken } from './leases.ts';
import { inPhase, phase } from './phases.ts';

/** A delivery that this worker may attempt now, and until when. */
export interface Claimed extends Lease {
  readonly eventId: string;
  readonly endpointId: string;
  readonly contract: string;
  /** Attempts before this one, in all and in this round. */
  readonly attempts: number;
  readonly roundAttempts: number;
  readonly roundStartedAt: Date;
  readonly bodyId: string | null;
  readonly timeoutSeconds: number;
  readonly createdAt: Date;
}

/** Where the walk over the endpoints goes on. */
export interface LanePosition {
  readonly orgId: string;
  readonly endpointId: string;
}

export interface ClaimRequest {
  readonly worker: string;
  /** Deliveries at most. */
  readonly limit: number;
  readonly after: LanePosition;
  /** Organization → requests that it may have under way besides, in this worker. Those not listed: no bound but `limit`. */
  readonly room: ReadonlyMap<string, number>;
}

export interface Claim {
  readonly deliveries: readonly Claimed[];
  /** The database's time when it was made. */
  readonly at: Date;
  /** Endpoints with ready deliveries that were visited, throttled ones included. */
  readonly lanes: number;
  /** The last endpoint visited; `null` when the walk reached the end: the next one begins at the start. */
  readonly position: LanePosition | null;
}

const lanesPerClaim = 200;
const lastUuid = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
/** Any number that nothing else in the database uses. */
const claimLock = 7_205_759_404;
const scheduled = sql.lit(phase.scheduled);
const ready = sql.lit(phase.ready);
const leased = sql.lit(phase.leased);
const paused = sql.lit(phase.paused);

/**
 * Leases a batch of ready deliveries, at most `request.limit`; those of endpoints that are throttled or disabled, and of
 * organizations without room, stay where they are. Answers what was claimed and where the next claim goes on.
 *
 * The walk visits lanes in the order of the index, one probe each, from where the last claim stopped; it takes from each
 * what its endpoint may have under way, in turns that count what is under way already, so a lane with a million
 * deliveries costs and gets as much as a lane with one. Organizations without room are jumped over whole.
 *
 * Claims of all workers run one after another under an advisory lock: it is what makes an endpoint's limits hold over
 * the whole cluster. A claim takes milliseconds and up to `limit` deliveries; a claimer that stops inside one loses
 * its connection after 10 s (`idle_in_transaction_session_timeout`), and the lock with it.
 * @throws what the database throws; nothing is claimed then
 */
export function claim(queries: Queries, request: ClaimRequest): Promise<Claim> {
  return transact(queries, async (tx) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(claimLock)})`.execute(tx);
    const { rows } = await claimStatement(request).execute(tx);
    const first = rows[0];
    const claimed = rows.filter((row): row is ClaimRow & { id: string } => row.id !== null);
    const spent = countByEndpoint(claimed.filter((row) => row.rate_limit !== null));
    if (spent.length > 0) await spendAllowance(tx, spent);
    if (!first) throw new Error('The claim statement always answers a row.');
    const exhausted = first.lanes < lanesPerClaim;
    return {
      deliveries: claimed.map(readClaimed),
      at: first.at,
      lanes: first.lanes,
      position:
        exhausted || first.last_org === null || first.last_endpoint === null
          ? null
          : { orgId: first.last_org, endpointId: first.last_endpoint },
    };
  });
}

type OpenDelivery = Selectable<Tables['open_deliveries']>;

/** A claimed delivery, or (`id` null) none; each row says how far the walk has come. */
interface ClaimRow
  extends Pick<
    OpenDelivery,
    | 'org_id'
    | 'event_id'
    | 'endpoint_id'
    | 'contract'
    | 'fence'
    | 'attempts'
    | 'round_attempts'
    | 'body_id'
    | 'created_at'
  > {
  id: string | null;
  round_started_at: Date;
  timeout_seconds: number;
  rate_limit: number | null;
  at: Date;
  lanes: number;
  last_org: string | null;
  last_endpoint: string | null;
}

function claimStatement(request: ClaimRequest) {
  const organizations = [...request.room.keys()];
  const rooms = [...request.room.values()];
  const full = organizations.filter((orgId) => (request.room.get(orgId) ?? 0) <= 0);
  return sql<ClaimRow>`
    with recursive lane as (
      (select org_id, endpoint_id, 1 as number from open_deliveries
        where phase = ${ready} and (org_id, endpoint_id) > (${request.after.orgId}::uuid, ${request.after.endpointId}::uuid)
        order by org_id, endpoint_id limit 1)
      union all
      (select following.org_id, following.endpoint_id, lane.number + 1 from lane
        cross join lateral (
          select org_id, endpoint_id from open_deliveries
           where phase = ${ready} and (org_id, endpoint_id) >
             (lane.org_id, case when lane.org_id = any(${full}::uuid[]) then ${lastUuid}::uuid else lane.endpoint_id end)
           order by org_id, endpoint_id limit 1) following
        where lane.number < ${lanesPerClaim})
    ),
    room as (select * from unnest(${organizations}::uuid[], ${rooms}::int[]) as room (org_id, left_over)),
    candidate as (
      select lane.org_id, lane.endpoint_id, ready.id, endpoint.effective_timeout_seconds as timeout_seconds, endpoint.rate_limit,
             leased.under_way
               + row_number() over (partition by lane.org_id, lane.endpoint_id order by ready.priority, ready.due_at) as turn
        from lane
        join endpoints endpoint on ${lookUp('endpoint.org_id', 'lane.org_id')} and endpoint.id = lane.endpoint_id and endpoint.enabled
        join endpoint_health health on ${lookUp('health.org_id', 'lane.org_id')} and health.endpoint_id = lane.endpoint_id
       cross join lateral (
         select count(*) as under_way from open_deliveries
          where phase = ${leased} and org_id = lane.org_id and endpoint_id = lane.endpoint_id) leased
       cross join lateral (
         select id, priority, due_at from open_deliveries
          where phase = ${ready} and org_id = lane.org_id and endpoint_id = lane.endpoint_id
          order by priority, due_at
          limit greatest(0, least(${request.limit}, health.concurrency - leased.under_way, coalesce(floor(${allowanceNow}), ${request.limit})))
       ) ready
    ),
    in_turn as (
      select candidate.*, row_number() over (partition by candidate.org_id order by turn, endpoint_id) as org_turn, room.left_over
        from candidate left join room on room.org_id = candidate.org_id
    ),
    picked as (
      select * from in_turn where left_over is null or org_turn <= left_over
       order by turn, org_turn limit ${request.limit}
    ),
    claimed as (
      update open_deliveries delivery set ${leaseTaken(request.worker, sql.ref('picked.timeout_seconds'))}
        from picked
       where ${lookUp('delivery.org_id', 'picked.org_id')} and delivery.id = picked.id and ${inPhase(phase.ready)}
      returning delivery.org_id, delivery.id, event_id, delivery.endpoint_id, contract, fence, attempts, round_attempts,
                round_started_at, body_id, picked.timeout_seconds, picked.rate_limit, created_at
    )
    select clock_timestamp() as at, walk.lanes, walk.last_org, walk.last_endpoint, claimed.*
      from (select count(*)::int as lanes,
                   (select org_id from lane order by number desc limit 1) as last_org,
                   (select endpoint_id from lane order by number desc limit 1) as last_endpoint
              from lane) walk
      left join claimed on true`;
}

function readClaimed(row: ClaimRow & { id: string }): Claimed {
  return {
    orgId: row.org_id,
    id: row.id,
    eventId: row.event_id,
    endpointId: row.endpoint_id,
    contract: row.contract,
    fence: row.fence,
    attempts: row.attempts,
    roundAttempts: row.round_attempts,
    roundStartedAt: row.round_started_at,
    bodyId: row.body_id,
    timeoutSeconds: row.timeout_seconds,
    createdAt: row.created_at,
  };
}

function countByEndpoint(
  rows: readonly { org_id: string; endpoint_id: string }[],
): { orgId: string; endpointId: string; count: number }[] {
  const counts = new Map<string, { orgId: string; endpointId: string; count: number }>();
  for (const row of rows) {
    const entry = counts.get(row.endpoint_id) ?? { orgId: row.org_id, endpointId: row.endpoint_id, count: 0 };
    counts.set(row.endpoint_id, { ...entry, count: entry.count + 1 });
  }
  return [...counts.values()];
}

/**
 * Makes scheduled deliveries ready whose time has come, or paused where the endpoint is disabled; at most `limit`. Answers
 * how many, and in how many milliseconds the next one is due (`null`: none is scheduled).
 */
export async function promoteDue(
  queries: Queries,
  limit = 1_000,
): Promise<{ promoted: number; nextDueInMs: number | null }> {
  const { rows } = await sql<{ promoted: number; next_due_in_ms: number | null }>`
    with due as (
      select org_id, id, endpoint_id from open_deliveries
       where phase = ${scheduled} and due_at <= now() order by due_at limit ${limit} for update skip locked
    ), promoted as (
      update open_deliveries delivery set phase = case when endpoint.enabled then ${ready} else ${paused} end
        from due left join endpoints endpoint on ${lookUp('endpoint.org_id', 'due.org_id')} and endpoint.id = due.endpoint_id
       where ${lookUp('delivery.org_id', 'due.org_id')} and delivery.id = due.id
      returning 1
    )
    select (select count(*)::int from promoted) as promoted,
           (select (extract(epoch from min(due_at) - now()) * 1000)::float8 from open_deliveries where phase = ${scheduled} and due_at > now()) as next_due_in_ms`.execute(
    queries,
  );
  const row = rows[0];
  return { promoted: row?.promoted ?? 0, nextDueInMs: row?.next_due_in_ms ?? null };
}
