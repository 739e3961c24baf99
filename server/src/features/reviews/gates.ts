import { type Selectable, sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { SluiceError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import { getQueue } from './queues.ts';
import type { Tables } from './tables.ts';
import { lockWorkflow } from './workflows.ts';

export type ReviewGate = Selectable<Tables['review_gates']>;

export interface GateInput {
  readonly name: string | null;
  /** As an endpoint's `events`: `*`, names, prefixes with `.*`. */
  readonly types: readonly string[];
  /** `null`: every endpoint. */
  readonly endpointIds: readonly string[] | null;
  readonly workflowId: string;
  readonly queueId: string | null;
  /** JSON Schema, which has been examined: data that it describes is held; `null`: all data. */
  readonly condition: object | boolean | null;
}

/** @throws {SluiceError} not_found (workflow, queue or an endpoint) */
export async function createGate(
  tx: Queries,
  clock: Clock,
  orgId: string,
  input: GateInput,
  createdBy: string,
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
      created_by: createdBy,
      created_at: sql<Date>`now()`,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await bumpVersion(tx, orgId);
  return gate;
}

/**
 * Takes a gate away. What it holds stays held until it is decided.
 * @throws {SluiceError} not_found
 */
export async function deleteGate(tx: Queries, orgId: string, id: string): Promise<void> {
  const { numDeletedRows } = await tx
    .deleteFrom('review_gates')
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  if (numDeletedRows === 0n) missing();
  await bumpVersion(tx, orgId);
}

/** @throws {SluiceError} not_found */
export async function getGate(queries: Queries, orgId: string, id: string): Promise<ReviewGate> {
  const found = await queries
    .selectFrom('review_gates')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .executeTakeFirst();
  return found ?? missing();
}

/** Newest first. */
export function listGates(
  queries: Queries,
  orgId: string,
  page: { before: string | null; limit: number },
): Promise<ReviewGate[]> {
  let query = queries.selectFrom('review_gates').selectAll().where('org_id', '=', orgId);
  if (page.before !== null) query = query.where('id', '<', page.before);
  return query.orderBy('id', 'desc').limit(page.limit).execute();
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

function missing(): never {
  throw new SluiceError('not_found', 'No such review gate.');
}
