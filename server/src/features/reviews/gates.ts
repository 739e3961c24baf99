import { type Selectable, sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { SluiceError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import { newestFirst, type Page } from '../../db/page.ts';
import { getRow } from '../../db/rows.ts';
import { getQueue } from './queues.ts';
import type { Tables } from './tables.ts';
import { lockWorkflow } from './workflows.ts';

export type ReviewGate = Selectable<Tables['review_gates']>;

export interface NewGate {
  readonly name: string | null;
  /** `*`, names of event types, or prefixes with `.*`. */
  readonly types: readonly string[];
  /** `null`: every endpoint. */
  readonly endpointIds: readonly string[] | null;
  readonly workflowId: string;
  readonly queueId: string | null;
  /** A JSON Schema that has been examined: data that it accepts is held; `null`: all data. */
  readonly condition: object | boolean | null;
  /** Name of the author in the audit log. */
  readonly createdBy: string;
}

/** @throws {SluiceError} not_found (workflow, queue or an endpoint) */
export async function createGate(
  tx: Queries,
  clock: Clock,
  orgId: string,
  input: NewGate,
): Promise<ReviewGate> {
  await lockWorkflow(tx, { orgId, id: input.workflowId }, 'use');
  if (input.queueId !== null) await getQueue(tx, { orgId, id: input.queueId, workflowId: input.workflowId });
  const endpointIds = input.endpointIds === null ? null : [...new Set(input.endpointIds)];
  if (endpointIds !== null) await checkEndpoints(tx, orgId, endpointIds);
  const gate = await tx
    .insertInto('review_gates')
    .values({
      org_id: orgId,
      id: newId(clock),
      name: input.name,
      types: [...new Set(input.types)],
      endpoint_ids: endpointIds,
      workflow_id: input.workflowId,
      queue_id: input.queueId,
      condition: input.condition === null ? null : JSON.stringify(input.condition),
      created_by: input.createdBy,
      created_at: sql<Date>`now()`,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await bumpVersion(tx, orgId);
  return gate;
}

/**
 * Deletes a gate. The deliveries that it holds stay held until they are reviewed.
 * @throws {SluiceError} not_found
 */
export async function deleteGate(tx: Queries, orgId: string, id: string): Promise<void> {
  const { numDeletedRows } = await tx
    .deleteFrom('review_gates')
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  if (numDeletedRows === 0n) throw new SluiceError('not_found', 'No such review gate.');
  await bumpVersion(tx, orgId);
}

/** @throws {SluiceError} not_found */
export function getGate(queries: Queries, orgId: string, id: string): Promise<ReviewGate> {
  return getRow(queries, 'review_gates', { orgId, id }, 'review gate');
}

/** A page of the organization's gates, newest first. */
export function listGates(queries: Queries, orgId: string, page: Page): Promise<ReviewGate[]> {
  return newestFirst(queries.selectFrom('review_gates').selectAll().where('org_id', '=', orgId), page);
}

async function checkEndpoints(tx: Queries, orgId: string, ids: readonly string[]): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from endpoints where org_id = ${orgId} and id = any(${ids}::uuid[]) and deleted_at is null`.execute(
    tx,
  );
  if (rows.length < ids.length) throw new SluiceError('not_found', 'One of the endpoints does not exist.');
}

async function bumpVersion(tx: Queries, orgId: string): Promise<void> {
  await sql`
    insert into review_gate_versions (org_id, version) values (${orgId}, 1)
    on conflict (org_id) do update set version = review_gate_versions.version + 1`.execute(tx);
}
