import { type Selectable, sql } from 'kysely';
import { SluiceError } from '../base/errors.ts';
import { firstIdAt, timeOfId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';
import { newestFirst, type Page } from '../db/page.ts';
import type { Tables } from '../db/tables.ts';
import { inAnyPhase, phase, phaseIn } from './phases.ts';

export type Delivery = Selectable<Tables['deliveries']>;
export type Attempt = Selectable<Tables['attempts']> & { readonly body: string | null };

export const deliveryStates = ['pending', 'sending', 'delivered', 'failed', 'cancelled', 'held'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

export interface DeliveryFilter {
  readonly state?: DeliveryState;
  readonly endpointId?: string;
  /** To endpoints of this installed app, deleted ones too. */
  readonly installationId?: string;
  readonly eventId?: string;
  readonly eventType?: string;
  /** One of them. */
  readonly eventTypes?: readonly string[];
  /** By the time the delivery was made. */
  readonly since?: Date;
  readonly until?: Date;
}

/** A page of the organization's deliveries, newest first. */
export function listDeliveries(
  queries: Queries,
  orgId: string,
  filter: DeliveryFilter,
  page: Page,
): Promise<Delivery[]> {
  let query = queries.selectFrom('deliveries').selectAll().where('org_id', '=', orgId);
  if (filter.state !== undefined) query = query.where('state', '=', filter.state);
  if (filter.endpointId !== undefined) query = query.where('endpoint_id', '=', filter.endpointId);
  if (filter.installationId !== undefined) {
    const owned = sql`select id from endpoints
      where org_id = ${orgId} and owner_kind = 'installation' and owner_id = ${filter.installationId}`;
    query = query.where(sql<boolean>`endpoint_id in (${owned})`);
  }
  if (filter.eventId !== undefined) query = query.where('event_id', '=', filter.eventId);
  if (filter.eventType !== undefined) query = query.where('event_type', '=', filter.eventType);
  if (filter.eventTypes !== undefined) query = query.where('event_type', 'in', filter.eventTypes);
  if (filter.since !== undefined) query = query.where('id', '>=', firstIdAt(filter.since.getTime()));
  if (filter.until !== undefined) query = query.where('id', '<', firstIdAt(filter.until.getTime()));
  return newestFirst(query, page);
}

/** @throws {SluiceError} not_found */
export async function getDelivery(queries: Queries, orgId: string, id: string): Promise<Delivery> {
  const found = await queries
    .selectFrom('deliveries')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!found) throw new SluiceError('not_found', 'No such delivery.');
  return found;
}

/**
 * The attempts of a delivery with the bodies that they sent, oldest first. The body of an attempt that was cut off is
 * known only where all attempts send the same bytes: not to an endpoint with a field filter, which may change.
 * @param page.after the number of the attempt before the page
 */
export async function listAttempts(
  queries: Queries,
  delivery: Delivery,
  { after, limit }: Page,
): Promise<Attempt[]> {
  // A delivery is older than its attempts, which lets the planner leave out the days before it.
  const dayBefore = firstIdAt(timeOfId(delivery.id) - 86_400_000);
  const { rows } = await sql<Selectable<Tables['attempts']>>`
    select * from attempts
     where org_id = ${delivery.org_id} and delivery_id = ${delivery.id} and id >= ${dayBefore} and number > ${Number(after ?? 0)}
     order by number limit ${limit}`.execute(queries);
  // An attempt that its own worker settled says which headers it sent.
  const wasCutOff = (row: Selectable<Tables['attempts']>) => row.request_headers === null;
  const sameBytes = rows.some(wasCutOff) && !(await hasFieldFilter(queries, delivery));
  const bodyIds = rows.map((row) =>
    wasCutOff(row) ? (sameBytes ? (row.body_id ?? delivery.body_id) : null) : row.body_id,
  );
  const known = new Set(bodyIds.filter((id) => id !== null));
  const bodies = await readContents(queries, delivery.org_id, [...known]);
  return rows.map((row, index) => ({ ...row, body: bodies.get(bodyIds[index] ?? '') ?? null }));
}

async function hasFieldFilter(queries: Queries, { org_id, endpoint_id }: Delivery): Promise<boolean> {
  const endpoint = await queries
    .selectFrom('endpoints')
    .select('projection')
    .where('org_id', '=', org_id)
    .where('id', '=', endpoint_id)
    .executeTakeFirst();
  return endpoint !== undefined && endpoint.projection !== null;
}

async function readContents(
  queries: Queries,
  orgId: string,
  ids: readonly string[],
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<Pick<Selectable<Tables['bodies']>, 'id' | 'content'>>`
    select id, content from bodies where org_id = ${orgId} and id = any(${ids}::uuid[])`.execute(queries);
  return new Map(rows.map((row) => [row.id, row.content]));
}

export interface EndpointStats {
  readonly delivered: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly pending: number;
  /** Delivered ones of those that were delivered or failed, 0 to 1; `null`: there is none. */
  readonly successRate: number | null;
  readonly latencyMs: { readonly p50: number; readonly p90: number; readonly p99: number } | null;
  readonly consecutiveFailures: number;
  readonly lastSuccessAt: Date | null;
  readonly lastFailureAt: Date | null;
}

type HealthRecord = Pick<
  Selectable<Tables['endpoint_health']>,
  'consecutive_failures' | 'last_success_at' | 'last_failure_at'
>;

interface EndedCounts {
  delivered: number;
  failed: number;
  cancelled: number;
  /** Milliseconds of delivered ones: median, 90 %, 99 %. */
  quantiles: (number | null)[] | null;
}

/**
 * How deliveries made to an endpoint since a time have ended, and how the endpoint does now.
 * @throws {SluiceError} not_found
 */
export async function endpointStats(
  queries: Queries,
  orgId: string,
  endpointId: string,
  since: Date,
): Promise<EndpointStats> {
  const { rows } = await sql<EndedCounts & HealthRecord & { pending: number }>`
    select ended.*, waiting.pending, health.consecutive_failures, health.last_success_at, health.last_failure_at
      from endpoint_health health
     cross join (
       select count(*) filter (where state = 'delivered')::int as delivered, count(*) filter (where state = 'failed')::int as failed,
              count(*) filter (where state = 'cancelled')::int as cancelled,
              percentile_cont(array[0.5, 0.9, 0.99]) within group (order by last_duration_ms) filter (where state = 'delivered') as quantiles
         from closed_deliveries where org_id = ${orgId} and endpoint_id = ${endpointId} and id >= ${firstIdAt(since.getTime())}) ended
     cross join (select count(*)::int as pending from open_deliveries where org_id = ${orgId} and endpoint_id = ${endpointId} and ${inAnyPhase}) waiting
     where health.org_id = ${orgId} and health.endpoint_id = ${endpointId}`.execute(queries);
  const row = rows[0];
  if (!row) throw new SluiceError('not_found', 'No such endpoint.');
  const ended = row.delivered + row.failed;
  const [p50, p90, p99] = row.quantiles ?? [];
  return {
    delivered: row.delivered,
    failed: row.failed,
    cancelled: row.cancelled,
    pending: row.pending,
    successRate: ended === 0 ? null : row.delivered / ended,
    latencyMs: p50 == null || p90 == null || p99 == null ? null : { p50, p90, p99 },
    consecutiveFailures: row.consecutive_failures,
    lastSuccessAt: row.last_success_at,
    lastFailureAt: row.last_failure_at,
  };
}

/** For the operator: how many open deliveries are in each phase, and for how many seconds the oldest has been due. */
export async function queueDepth(
  queries: Queries,
): Promise<{ byPhase: ReadonlyMap<number, number>; oldestDueSeconds: number }> {
  const { rows } = await sql<{ phase: number; count: number; oldest: number | null }>`
    select phase, count(*)::int as count, extract(epoch from now() - min(due_at) filter (where ${phaseIn(phase.scheduled, phase.ready)} and due_at <= now()))::float8 as oldest
      from open_deliveries group by phase`.execute(queries);
  return {
    byPhase: new Map(rows.map((row) => [row.phase, row.count])),
    oldestDueSeconds: Math.max(0, ...rows.map((row) => row.oldest ?? 0)),
  };
}

/** Whether open deliveries to an endpoint are of other event types than these. */
export async function owesOthers(
  queries: Queries,
  orgId: string,
  endpointId: string,
  types: readonly string[],
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from open_deliveries
     where ${inAnyPhase} and org_id = ${orgId} and endpoint_id = ${endpointId} and event_type <> all(${types}::text[]) limit 1`.execute(
    queries,
  );
  return rows.length > 0;
}
