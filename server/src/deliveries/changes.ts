import { type Selectable, sql } from 'kysely';
import { SluiceError } from '../base/errors.ts';
import type { Queries } from '../db/connect.ts';
import type { Tables } from '../db/tables.ts';
import { cancelWhere, movedAtOnce } from './close.ts';
import { phase, waitsForEndpoint } from './phases.ts';

export interface DeliveryName {
  readonly orgId: string;
  readonly id: string;
}

/** More claims than any attempt takes: a fence of an earlier round is never reached again. */
const fencesPerAttempt = 1_000;
const ready = sql.lit(phase.ready);

/**
 * Makes a waiting delivery due now, or reopens a failed one for a new round of attempts.
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
      select org_id, id, event_id, endpoint_id, event_type, contract, priority, ${ready}, now(), attempts * ${fencesPerAttempt} + 1, false,
             attempts, 0, body_id, last_outcome, last_status, last_attempt_at, created_at
        from reopened
      returning id
    ), hurried as (
      update open_deliveries set phase = ${ready}, due_at = now() where org_id = ${orgId} and id = ${id} and ${waitsForEndpoint} returning id
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

/** Removes all open deliveries of a deleted organization, with nothing left in the ledger. */
export async function dropForOrganization(tx: Queries, orgId: string): Promise<void> {
  await tx.deleteFrom('open_deliveries').where('org_id', '=', orgId).execute();
}

/** A cancelled delivery whose request is under way stays in the queue until it is settled. */
const notYetCancelled = sql<boolean>`not (phase = ${sql.lit(phase.leased)} and cancel_requested)`;

/**
 * Cancels open deliveries to an endpoint, at most `movedAtOnce`; answers how many. It waits for nothing, as its caller
 * holds the endpoint's health record: a delivery that is being claimed or settled at this moment is left to the duty that
 * moves orphaned deliveries. Nothing is claimed for a disabled or deleted endpoint until then.
 */
export function cancelForEndpoint(tx: Queries, orgId: string, endpointId: string): Promise<number> {
  return cancelWhere(
    tx,
    sql`org_id = ${orgId} and endpoint_id = ${endpointId} and ${notYetCancelled}`,
    sql`skip locked`,
  );
}

/** Cancels all open deliveries of an event; answers how many. */
export async function cancelForEvent(tx: Queries, orgId: string, eventId: string): Promise<number> {
  let count = 0;
  for (let batch = movedAtOnce; batch === movedAtOnce; count += batch)
    batch = await cancelWhere(tx, sql`org_id = ${orgId} and event_id = ${eventId} and ${notYetCancelled}`);
  return count;
}

/**
 * Cancels paused deliveries that were made before the ledger begins, at most `movedAtOnce`; answers how many.
 * @param firstKeptId the first id of the time that the ledger is kept for
 */
export function cancelOlderThan(queries: Queries, firstKeptId: string): Promise<number> {
  return cancelWhere(queries, sql`phase = ${sql.lit(phase.paused)} and id < ${firstKeptId}`);
}

/** Stops deliveries to a disabled endpoint, at most `movedAtOnce`; they wait until it is enabled. Answers how many. */
export function pauseForEndpoint(tx: Queries, orgId: string, endpointId: string): Promise<number> {
  return move(tx, { orgId, endpointId }, [phase.scheduled, phase.ready], phase.paused);
}

/** Lets paused deliveries go again, each when it is due; at most `movedAtOnce`. Answers how many. */
export function resumeForEndpoint(tx: Queries, orgId: string, endpointId: string): Promise<number> {
  return move(tx, { orgId, endpointId }, [phase.paused], phase.scheduled);
}

/**
 * The phases are a parameter, and `phase >= 0` says that the index by phase and endpoint will do: with constants, a kept
 * plan could read everything that is due by the index of due times instead.
 */
async function move(
  tx: Queries,
  { orgId, endpointId }: { readonly orgId: string; readonly endpointId: string },
  from: readonly number[],
  to: number,
): Promise<number> {
  const { rows } = await sql`
    with chosen as (
      select org_id, id from open_deliveries
       where org_id = ${orgId} and endpoint_id = ${endpointId} and phase >= 0 and phase = any(${from}::int[])
       limit ${movedAtOnce} for update skip locked
    )
    update open_deliveries delivery set phase = ${sql.lit(to)} from chosen
     where delivery.org_id = chosen.org_id and delivery.id = chosen.id returning 1`.execute(tx);
  return rows.length;
}

type State = Pick<Selectable<Tables['deliveries']>, 'state'> & { endpoint_enabled: boolean };

async function stateOf(tx: Queries, { orgId, id }: DeliveryName): Promise<State> {
  const { rows } = await sql<State>`
    select delivery.state, coalesce(endpoint.enabled, false) as endpoint_enabled
      from deliveries delivery
      left join endpoints endpoint on endpoint.org_id = delivery.org_id and endpoint.id = delivery.endpoint_id
     where delivery.org_id = ${orgId} and delivery.id = ${id}`.execute(tx);
  const row = rows[0];
  if (!row) throw new SluiceError('not_found', 'No such delivery.');
  return row;
}
