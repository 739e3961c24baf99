import { type Selectable, sql } from 'kysely';
import { SluiceError } from '../base/errors.ts';
import { firstIdAt, parseId, publicId, timeOfId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';
import { newestFirst, type Page } from '../db/page.ts';
import type { Tables } from '../db/tables.ts';
import { readProjection, showing } from '../endpoints/projection.ts';

export type StoredEvent = Selectable<Tables['events']>;

export interface EventFilter {
  readonly type?: string;
  readonly since?: Date;
  readonly until?: Date;
  /** Whether its time to be delivered is still to come. */
  readonly scheduled?: boolean;
}

/** A page of the organization's events, newest first. */
export function listEvents(
  queries: Queries,
  orgId: string,
  filter: EventFilter,
  page: Page,
): Promise<StoredEvent[]> {
  let query = queries.selectFrom('events').selectAll().where('org_id', '=', orgId);
  if (filter.type !== undefined) query = query.where('type', '=', filter.type);
  if (filter.since !== undefined) query = query.where('id', '>=', firstIdAt(filter.since.getTime()));
  if (filter.until !== undefined) query = query.where('id', '<', firstIdAt(filter.until.getTime()));
  if (filter.scheduled === true) query = query.where('deliver_at', '>', sql<Date>`now()`);
  if (filter.scheduled === false)
    query = query.where((is) =>
      is.or([is('deliver_at', 'is', null), is('deliver_at', '<=', sql<Date>`now()`)]),
    );
  return newestFirst(query, page);
}

/** The inner id of what an event is called outside: the publisher's own id, or ours; `null` where it can't exist. */
export async function findEventId(queries: Queries, orgId: string, name: string): Promise<string | null> {
  const own = await queries
    .selectFrom('event_ids')
    .select('event_id')
    .where('org_id', '=', orgId)
    .where('external_id', '=', name)
    .executeTakeFirst();
  return own?.event_id ?? parseId('event', name);
}

/** What events are called outside, by their inner ids. */
export async function eventNames(
  queries: Queries,
  orgId: string,
  ids: readonly string[],
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const sorted = [...new Set(ids)].sort();
  const { rows } = await sql<{ id: string; external_id: string | null }>`
    select id, external_id from events where org_id = ${orgId} and id = any(${sorted}::uuid[]) and id >= ${sorted[0]}::uuid and id <= ${sorted.at(-1)}::uuid`.execute(
    queries,
  );
  const names = new Map(ids.map((id) => [id, publicId('event', id)]));
  for (const row of rows) if (row.external_id !== null) names.set(row.id, row.external_id);
  return names;
}

/**
 * @param name the event's public id: the publisher's own, or ours
 * @throws {SluiceError} not_found
 */
export async function getEvent(queries: Queries, orgId: string, name: string): Promise<StoredEvent> {
  const id = await findEventId(queries, orgId, name);
  const found =
    id === null
      ? undefined
      : await queries
          .selectFrom('events')
          .selectAll()
          .where('org_id', '=', orgId)
          .where('id', '=', id)
          .executeTakeFirst();
  // An event with an id of the publisher's goes by that one alone.
  if (!found || (found.external_id !== null && found.external_id !== name))
    throw new SluiceError('not_found', 'No such event.');
  return found;
}

export type TraceReason =
  | 'matched'
  | 'type_not_selected'
  | 'endpoint_disabled'
  | 'endpoint_newer_than_event'
  | 'endpoint_changed_since'
  | 'not_addressed'
  | 'nothing_visible';

/** What an event meant for one endpoint. */
export interface TraceEntry {
  readonly endpointId: string;
  readonly endpointName: string | null;
  readonly url: string;
  readonly reason: TraceReason;
  readonly deliveryId: string | null;
  readonly state: string | null;
  readonly attempts: number;
}

const traceLimit = 200;

/**
 * For each endpoint whether the event goes there, with the state of its delivery, or why not; those that match first,
 * at most 200. Why not is judged by what the endpoints are now; for one that was changed after the event, it says so.
 */
export async function traceEvent(
  queries: Queries,
  event: StoredEvent,
): Promise<{ entries: TraceEntry[]; complete: boolean }> {
  const dayBefore = firstIdAt(timeOfId(event.id) - 86_400_000);
  const { rows } = await sql<{
    endpoint_id: string;
    name: string | null;
    url: string;
    selected: boolean;
    enabled: boolean;
    newer: boolean;
    changed: boolean;
    of_member: boolean;
    projection: string | null;
    delivery_id: string | null;
    state: string | null;
    attempts: number | null;
  }>`
    select endpoint.id as endpoint_id, endpoint.name, endpoint.url, endpoint.enabled, endpoint.projection, endpoint.owner_kind = 'member' as of_member,
           exists (select 1 from unnest(endpoint.events) pattern
                    where pattern = '*' or pattern = ${event.type} or (pattern like '%.*' and starts_with(${event.type}, left(pattern, -1)))) as selected,
           endpoint.created_at > ${event.created_at} as newer, endpoint.updated_at > ${event.created_at} as changed,
           delivery.id as delivery_id, delivery.state, delivery.attempts
      from endpoints endpoint
      left join deliveries delivery on delivery.org_id = endpoint.org_id and delivery.endpoint_id = endpoint.id
       and delivery.event_id = ${event.id} and delivery.id >= ${dayBefore}
     where endpoint.org_id = ${event.org_id} and (endpoint.deleted_at is null or delivery.id is not null)
     order by delivery.id is null, endpoint.id, delivery.id limit ${traceLimit + 1}`.execute(queries);
  const shows = showing(event);
  const entries = rows.slice(0, traceLimit).map(
    (row): TraceEntry => ({
      endpointId: row.endpoint_id,
      endpointName: row.name,
      url: row.url,
      reason: reasonOf(row, shows),
      deliveryId: row.delivery_id,
      state: row.state,
      attempts: row.attempts ?? 0,
    }),
  );
  return { entries, complete: rows.length <= traceLimit };
}

function reasonOf(
  row: {
    delivery_id: string | null;
    selected: boolean;
    enabled: boolean;
    newer: boolean;
    changed: boolean;
    of_member: boolean;
    projection: string | null;
  },
  shows: ReturnType<typeof showing>,
): TraceReason {
  if (row.delivery_id !== null) return 'matched';
  if (row.newer) return 'endpoint_newer_than_event';
  if (!row.enabled) return 'endpoint_disabled';
  if (!row.selected) return 'type_not_selected';
  if (!shows(readProjection(row.projection))) return 'nothing_visible';
  return row.of_member ? 'not_addressed' : 'endpoint_changed_since';
}

/**
 * Forgets publishers' ids of events that retention has dropped, some at a time; answers how many. An event that is
 * still to be delivered, because it was scheduled far ahead, keeps its id.
 */
export async function forgetEventIds(queries: Queries, retentionDays: number): Promise<number> {
  const { rows } = await sql`
    delete from event_ids where (org_id, external_id) in (
      select org_id, external_id from event_ids
       where created_at < now() - make_interval(days => ${retentionDays})
         and not exists (select 1 from open_deliveries delivery
                          where delivery.org_id = event_ids.org_id and delivery.event_id = event_ids.event_id)
       order by created_at limit 1000)
    returning 1`.execute(queries);
  return rows.length;
}

/**
 * Deletes events that are in no day's partition and so are dropped with none, at most 5,000; answers how many. Those
 * that are still to be delivered stay.
 * @param before the id before which they are past retention
 */
export async function deleteUnpartitionedEvents(queries: Queries, before: string): Promise<number> {
  const { rows } = await sql`
    delete from events where tableoid = 'events_default'::regclass and (org_id, id) in (
      select org_id, id from events_default event
       where id < ${before} and not exists (
         select 1 from open_deliveries delivery where delivery.org_id = event.org_id and delivery.event_id = event.id)
       limit 5000)
    returning 1`.execute(queries);
  return rows.length;
}
