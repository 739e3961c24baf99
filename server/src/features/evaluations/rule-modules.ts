import { type Selectable, sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { SluiceError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import { isDuplicate } from '../../db/failures.ts';
import { newestFirst, type Page } from '../../db/page.ts';
import type { Rule, RuleModule } from './rules.ts';
import type { Tables } from './tables.ts';

export type ModuleRow = Selectable<Tables['evaluation_modules']>;

export interface NewModule {
  readonly name: string;
  readonly description: string | null;
  readonly rules: readonly Rule[];
}

/**
 * Creates a module of rules that have been checked. Modules never change, because results refer to their rules.
 * @throws {SluiceError} conflict (the name is taken)
 */
export async function createModule(
  tx: Queries,
  clock: Clock,
  orgId: string,
  input: NewModule,
): Promise<ModuleRow> {
  try {
    return await tx
      .insertInto('evaluation_modules')
      .values({
        org_id: orgId,
        id: newId(clock),
        name: input.name,
        description: input.description,
        rules: JSON.stringify(input.rules),
        rule_count: input.rules.length,
        created_at: sql<Date>`now()`,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
  } catch (error) {
    if (isDuplicate(error))
      throw new SluiceError('conflict', `A module "${input.name}" already exists.`, { cause: error });
    throw error;
  }
}

/** A page of the organization's modules, newest first. */
export function listModules(queries: Queries, orgId: string, page: Page): Promise<ModuleRow[]> {
  return newestFirst(queries.selectFrom('evaluation_modules').selectAll().where('org_id', '=', orgId), page);
}

/** Id → name and number of rules, for the modules that exist. */
export async function describeModules(
  queries: Queries,
  orgId: string,
  ids: readonly string[],
): Promise<Map<string, { readonly id: string; readonly name: string; readonly rule_count: number }>> {
  if (ids.length === 0) return new Map();
  const rows = await queries
    .selectFrom('evaluation_modules')
    .select(['id', 'name', 'rule_count'])
    .where('org_id', '=', orgId)
    .where('id', 'in', ids)
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}

/** Modules with their rules, in the order of the ids. */
export async function readModules(
  queries: Queries,
  orgId: string,
  ids: readonly string[],
): Promise<RuleModule[]> {
  const rows = await queries
    .selectFrom('evaluation_modules')
    .select(['id', 'name', 'rules'])
    .where('org_id', '=', orgId)
    .where('id', 'in', ids)
    .execute();
  return ids.flatMap((id) => {
    const row = rows.find((candidate) => candidate.id === id);
    return row ? [{ id, name: row.name, rules: JSON.parse(row.rules) }] : [];
  });
}
