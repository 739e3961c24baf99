import { type Selectable, sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { SluiceError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import { isDuplicate } from '../../db/failures.ts';
import type { Page } from '../../db/page.ts';
import type { Tables } from './tables.ts';

export type Queue = Selectable<Tables['queues']>;

/** @throws {SluiceError} conflict, where the workflow has a queue of that name */
export async function createQueue(
  tx: Queries,
  clock: Clock,
  workflow: { readonly orgId: string; readonly id: string },
  name: string,
): Promise<Queue> {
  try {
    return await tx
      .insertInto('queues')
      .values({
        org_id: workflow.orgId,
        id: newId(clock),
        workflow_id: workflow.id,
        name,
        created_at: sql<Date>`now()`,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
  } catch (error) {
    if (isDuplicate(error))
      throw new SluiceError('conflict', 'The workflow has a queue of that name.', { cause: error });
    throw error;
  }
}

/** A page of a workflow's queues, oldest first. */
export function listQueues(
  queries: Queries,
  workflow: { readonly orgId: string; readonly id: string },
  page: Page,
): Promise<Queue[]> {
  let query = queries
    .selectFrom('queues')
    .selectAll()
    .where('org_id', '=', workflow.orgId)
    .where('workflow_id', '=', workflow.id);
  if (page.after !== null) query = query.where('id', '>', page.after);
  return query.orderBy('id').limit(page.limit).execute();
}

/**
 * A queue by its id.
 * @param name `workflowId`: the workflow that it has to belong to; `null`: any workflow
 * @throws {SluiceError} not_found
 */
export async function getQueue(
  queries: Queries,
  name: { readonly orgId: string; readonly id: string; readonly workflowId: string | null },
): Promise<Queue> {
  let query = queries
    .selectFrom('queues')
    .selectAll()
    .where('org_id', '=', name.orgId)
    .where('id', '=', name.id);
  if (name.workflowId !== null) query = query.where('workflow_id', '=', name.workflowId);
  const found = await query.executeTakeFirst();
  if (!found)
    throw new SluiceError(
      'not_found',
      name.workflowId === null ? 'No such queue.' : 'The workflow has no such queue.',
    );
  return found;
}
