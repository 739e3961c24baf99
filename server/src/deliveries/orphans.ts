import { type Selectable, sql } from 'kysely';
import type { Database, Queries } from '../db/connect.ts';
import type { Tables } from '../db/tables.ts';
import { transact } from '../db/transaction.ts';
import { cancelForEndpoint, pauseForEndpoint, resumeForEndpoint } from './changes.ts';
import { movedAtOnce } from './close.ts';
import { phase, waitsForEndpoint } from './phases.ts';

interface Lane {
  readonly orgId: string;
  readonly endpointId: string;
}

type State = 'enabled' | 'disabled' | 'gone';

/**
 * Moves orphaned deliveries, whose phase is not that of their endpoint's state: those that a publish put into the queue
 * while the endpoint was being disabled or deleted, and what was left of a backlog too large to be moved with it.
 * Answers how many were moved.
 */
export async function moveOrphans(database: Database): Promise<number> {
  let moved = 0;
  for (const lane of await orphanedLanes(database.queries)) {
    for (let count = movedAtOnce; count === movedAtOnce; moved += count) {
      count = await transact(database.queries, (tx) => moveSome(tx, lane));
    }
  }
  return moved;
}

/** The endpoint is locked against changes while its deliveries move: its state still holds when this commits. */
async function moveSome(tx: Queries, { orgId, endpointId }: Lane): Promise<number> {
  const endpoint = await tx
    .selectFrom('endpoints')
    .select(['enabled', 'deleted_at'])
    .where('org_id', '=', orgId)
    .where('id', '=', endpointId)
    .forShare()
    .executeTakeFirst();
  const state: State =
    !endpoint || endpoint.deleted_at !== null ? 'gone' : endpoint.enabled ? 'enabled' : 'disabled';
  if (state === 'gone') return cancelForEndpoint(tx, orgId, endpointId);
  return state === 'enabled'
    ? resumeForEndpoint(tx, orgId, endpointId)
    : pauseForEndpoint(tx, orgId, endpointId);
}

/** Visits each endpoint's scheduled, ready and paused deliveries with one probe of the index, however many they are. */
async function orphanedLanes(queries: Queries): Promise<Lane[]> {
  const { rows } = await sql<Pick<Selectable<Tables['open_deliveries']>, 'org_id' | 'endpoint_id'>>`
    with recursive lane as (
      (select phase, org_id, endpoint_id from open_deliveries where ${waitsForEndpoint}
        order by phase, org_id, endpoint_id limit 1)
      union all
      select following.* from lane cross join lateral (
        select phase, org_id, endpoint_id from open_deliveries
         where ${waitsForEndpoint} and (phase, org_id, endpoint_id) > (lane.phase, lane.org_id, lane.endpoint_id)
         order by phase, org_id, endpoint_id limit 1) following
    )
    select distinct lane.org_id, lane.endpoint_id
      from lane left join endpoints endpoint on endpoint.org_id = lane.org_id and endpoint.id = lane.endpoint_id
     where endpoint.id is null or endpoint.deleted_at is not null
        or (lane.phase = ${sql.lit(phase.ready)} and not endpoint.enabled)
        or (lane.phase = ${sql.lit(phase.paused)} and endpoint.enabled)`.execute(queries);
  return rows.map((row) => ({ orgId: row.org_id, endpointId: row.endpoint_id }));
}
