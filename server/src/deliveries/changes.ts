import { sql } from 'kysely';
import { SluiceError } from '../base/errors.ts';
import type { Queries } from '../db/connect.ts';

export interface DeliveryName {
  readonly orgId: string;
  readonly id: string;
}

/** More claims than any attempt takes: a fence of an earlier round is never reached again. */
const fencesPerAttempt = 1_000;

/**
 * Makes a pending delivery due now, or takes a failed one up again with a new round of the schedule.
 * @throws {SluiceError} not_found, delivery_not_retryable, conflict (its endpoint is disabled or gone)
 */
export async function retryDelivery(tx: Queries, { orgId, id }: DeliveryName): Promise<void> {
  const state = await stateOf(tx, { orgId, id });
  if (state.state !== 'pending' && state.state !== 'failed') {
    throw new SluiceError('delivery_not_retryable', `The delivery is ${state.state}.`);
  }
  if (!state.endpoint_enabled)
    throw new SluiceError('conflict', 'The endpoint is disabled or deleted; enable it first.');
  const { rows } = await sql`
    with reopened as (
      delete from closed_deliveries where org_id = ${orgId} and id = ${id} and state = 'failed' returning *
    ), opened as (
      insert into open_deliveries (org_id, id, event_id, endpoint_id, event_type, contract, priority, phase, due_at, fence, cancel_requested,
                                   attempts, round_attempts, body_id, last_outcome, last_status, last_attempt_at, created_at)
      select org_id, id, event_id, endpoint_id, event_type, contract, priority, 1, now(), attempts * ${fencesPerAttempt} + 1, false,
             attempts, 0, body_id, last_outcome, last_status, last_attempt_at, created_at
        from reopened
      returning id
    ), hurried as (
      update open_deliveries set phase = 1, due_at = now() where org_id = ${orgId} and id = ${id} and phase in (0, 1, 3) returning id
    )
    select id from opened union all select id from hurried`.execute(tx);
  if (rows.length === 0) throw new SluiceError('conflict', 'The delivery changed meanwhile.');
}

/**
 * Cancels a delivery that has not ended. One whose request is under way is cancelled after it, unless it is delivered.
 * @throws {SluiceError} not_found, delivery_not_cancellable
 */
export async function cancelDelivery(tx: Queries, { orgId, id }: DeliveryName): Promise<void> {
  const cancelled = await cancelWhere(tx, sql`org_id = ${orgId} and id = ${id}`);
  if (cancelled > 0) return;
  const { state } = await stateOf(tx, { orgId, id });
  throw new SluiceError('delivery_not_cancellable', `The delivery is ${state}.`);
}

/** Takes everything of a deleted organization out of the queue. */
export async function dropForOrganization(tx: Queries, orgId: string): Promise<void> {
  await tx.deleteFrom('open_deliveries').where('org_id', '=', orgId).execute();
}

/**
 * Deliveries that one change of an endpoint moves at once. A backlog of a million would outlast the statement timeout;
 * the sweep moves the rest (`strays.ts`), and nothing of a disabled or deleted endpoint is sent meanwhile.
 */
export const movedAtOnce = 10_000;

/** Cancels what is still to go to an endpoint. */
export function cancelForEndpoint(tx: Queries, orgId: string, endpointId: string): Promise<number> {
  return cancelWhere(
    tx,
    sql`org_id = ${orgId} and endpoint_id = ${endpointId} and not (phase = 2 and cancel_requested)`,
  );
}

/** Cancels what is still to go of an event; answers how many deliveries that were. */
export async function cancelForEvent(tx: Queries, orgId: string, eventId: string): Promise<number> {
  let count = 0;
  for (let batch = movedAtOnce; batch === movedAtOnce; count += batch)
    batch = await cancelWhere(
      tx,
      sql`org_id = ${orgId} and event_id = ${eventId} and not (phase = 2 and cancel_requested)`,
    );
  return count;
}

/**
 * Cancels at most `movedAtOnce`. Leased ones are only marked: their worker ends them when it settles. They are locked
 * first, so that one which is being claimed or settled at this moment is judged by what it becomes.
 */
export async function cancelWhere(tx: Queries, condition: ReturnType<typeof sql>): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    with chosen as (
      select org_id, id, phase from open_deliveries where ${condition} limit ${movedAtOnce} for update
    ), marked as (
      update open_deliveries delivery set cancel_requested = true from chosen
       where chosen.phase = 2 and delivery.org_id = chosen.org_id and delivery.id = chosen.id
    ), gone as (
      delete from open_deliveries delivery using chosen
       where chosen.phase <> 2 and delivery.org_id = chosen.org_id and delivery.id = chosen.id
      returning delivery.*
    ), closed as (
      insert into closed_deliveries (org_id, id, event_id, endpoint_id, event_type, contract, state, priority, attempts, body_id,
                                     last_outcome, last_status, last_attempt_at, created_at, finished_at)
      select org_id, id, event_id, endpoint_id, event_type, contract, 'cancelled', priority, attempts, body_id,
             last_outcome, last_status, last_attempt_at, created_at, now()
        from gone
    )
    select count(*)::int as count from chosen`.execute(tx);
  return rows[0]?.count ?? 0;
}

/** Stops the deliveries of a disabled endpoint; they wait until it is enabled again. */
export function pauseForEndpoint(tx: Queries, orgId: string, endpointId: string): Promise<number> {
  return move(tx, orgId, endpointId, [0, 1], 3);
}

/** Lets them go again, each when it is due. */
export function resumeForEndpoint(tx: Queries, orgId: string, endpointId: string): Promise<number> {
  return move(tx, orgId, endpointId, [3], 0);
}

async function move(
  tx: Queries,
  orgId: string,
  endpointId: string,
  from: readonly number[],
  to: number,
): Promise<number> {
  const { rows } = await sql`
    with chosen as (
      select org_id, id from open_deliveries
       where org_id = ${orgId} and endpoint_id = ${endpointId} and phase >= 0 and phase = any(${from}::int[])
       limit ${movedAtOnce} for update
    )
    update open_deliveries delivery set phase = ${to} from chosen
     where delivery.org_id = chosen.org_id and delivery.id = chosen.id returning 1`.execute(tx);
  return rows.length;
}

async function stateOf(
  tx: Queries,
  { orgId, id }: DeliveryName,
): Promise<{ state: string; endpoint_enabled: boolean }> {
  const { rows } = await sql<{ state: string; endpoint_enabled: boolean }>`
    select delivery.state, coalesce(endpoint.enabled, false) as endpoint_enabled
      from deliveries delivery
      left join endpoints endpoint on endpoint.org_id = delivery.org_id and endpoint.id = delivery.endpoint_id
     where delivery.org_id = ${orgId} and delivery.id = ${id}`.execute(tx);
  const row = rows[0];
  if (!row) throw new SluiceError('not_found', 'No such delivery.');
  return row;
}

/** Cancels what has been paused for longer than the ledger is kept, made before the given id's time. */
export async function cancelOlderThan(queries: Queries, firstKeptId: string): Promise<number> {
  return cancelWhere(queries, sql`phase = 3 and id < ${firstKeptId}`);
}
