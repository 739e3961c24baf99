import { sql } from 'kysely';
import type { Queries } from '../../db/connect.ts';

/**
 * Takes the next number for a change of the organization's evaluations. The row stays locked until the commit, so
 * changes become visible in the order of their numbers. Call it as late as possible: other changes of the organization
 * wait for the commit.
 */
export async function takeChange(tx: Queries, orgId: string): Promise<number> {
  const { rows } = await sql<{ latest: number }>`
    insert into evaluation_changes (org_id, latest) values (${orgId}, 1)
    on conflict (org_id) do update set latest = evaluation_changes.latest + 1
    returning latest`.execute(tx);
  const row = rows[0];
  if (!row) throw new Error('A change has no number.');
  return row.latest;
}

/** Number of the latest committed change; 0: there is none. */
export async function latestChange(queries: Queries, orgId: string): Promise<number> {
  return (await readChanges(queries, orgId)).latest;
}

/** Number of the latest change among the evaluations that retention has deleted; 0: there is none. */
export async function forgottenChange(queries: Queries, orgId: string): Promise<number> {
  return (await readChanges(queries, orgId)).forgotten;
}

async function readChanges(queries: Queries, orgId: string): Promise<{ latest: number; forgotten: number }> {
  const found = await queries
    .selectFrom('evaluation_changes')
    .select(['latest', 'forgotten'])
    .where('org_id', '=', orgId)
    .executeTakeFirst();
  return found ?? { latest: 0, forgotten: 0 };
}
