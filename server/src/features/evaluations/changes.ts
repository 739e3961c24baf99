import { sql } from 'kysely';
import type { Queries } from '../../db/connect.ts';

/**
 * The number of the change that this transaction makes. The row stays locked until the commit, so numbers are
 * committed in their order: whoever sees one has seen, or sees with it, all before it. Call it as late as possible:
 * other changes of the organization wait from here on.
 */
export async function takeChange(tx: Queries, orgId: string): Promise<number> {
  const { rows } = await sql<{ latest: number }>`
    insert into evaluation_changes (org_id, latest) values (${orgId}, 1)
    on conflict (org_id) do update set latest = evaluation_changes.latest + 1
    returning latest`.execute(tx);
  const row = rows[0];
  if (!row) throw new Error('A change got no number.');
  return row.latest;
}

/** The latest change that can be seen; 0 where there has been none. */
export async function latestChange(queries: Queries, orgId: string): Promise<number> {
  return (await readChanges(queries, orgId)).latest;
}

/** The latest change of an evaluation that retention has removed; 0 where there is none. */
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
