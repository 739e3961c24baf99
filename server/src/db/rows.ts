import { type Selectable, sql } from 'kysely';
import { SluiceError } from '../base/errors.ts';
import type { Queries } from './connect.ts';
import type { Tables } from './tables.ts';

/** Tables whose rows belong to an organization and have an id. */
type TableWithIds = {
  [Name in keyof Tables]: Tables[Name] extends { org_id: string; id: string } ? Name : never;
}[keyof Tables];

/**
 * The row with an id in an organization.
 * @param called the resource in the refusal, such as `review gate`
 * @throws {SluiceError} not_found
 */
export async function getRow<Name extends TableWithIds>(
  queries: Queries,
  table: Name,
  { orgId, id }: { readonly orgId: string; readonly id: string },
  called: string,
): Promise<Selectable<Tables[Name]>> {
  const { rows } = await sql<Selectable<Tables[Name]>>`
    select * from ${sql.table(table)} where org_id = ${orgId} and id = ${id}`.execute(queries);
  const [row] = rows;
  if (!row) throw new SluiceError('not_found', `No such ${called}.`);
  return row;
}
