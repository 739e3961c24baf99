import { type Selectable, sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { invalidInput, SluiceError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import type { Tables } from '../../db/tables.ts';
import { takeChange } from './changes.ts';
import { describeModules } from './rule-modules.ts';

export type Evaluation = Selectable<Tables['evaluations']>;

export interface ScenarioInput {
  readonly name: string;
  readonly input: unknown;
}

const mostRules = 1_000;
const mostChecks = 100_000;

/**
 * Makes an evaluation; workers run it in the background.
 * @param moduleIds without repetition
 * @throws {SluiceError} invalid_input
 */
export async function createEvaluation(
  tx: Queries,
  clock: Clock,
  orgId: string,
  moduleIds: readonly string[],
  scenarios: readonly ScenarioInput[],
): Promise<Evaluation> {
  const modules = await describeModules(tx, orgId, moduleIds);
  for (const [index, id] of moduleIds.entries())
    if (!modules.has(id)) throw invalidInput(`/modules/${index}`, 'There is no such module.');
  const rules = [...modules.values()].reduce((sum, { rule_count }) => sum + rule_count, 0);
  if (rules > mostRules)
    throw invalidInput('/modules', `These modules have ${rules} rules; ${mostRules} are allowed.`);
  if (rules * scenarios.length > mostChecks)
    throw invalidInput(
      '/scenarios',
      `${scenarios.length} scenarios and ${rules} rules are ${rules * scenarios.length} checks; ${mostChecks} are allowed.`,
    );
  const id = newId(clock);
  await sql`
    insert into scenarios (org_id, id, evaluation_id, position, name, input)
    select ${orgId}::uuid, given.id, ${id}::uuid, given.position, given.name, given.input
      from unnest(${scenarios.map(() => newId(clock))}::uuid[], ${scenarios.map((_, index) => index)}::int[],
        ${scenarios.map(({ name }) => name)}::text[], ${scenarios.map(({ input }) => JSON.stringify(input))}::text[])
      as given (id, position, name, input)`.execute(tx);
  const change = await takeChange(tx, orgId);
  return tx
    .insertInto('evaluations')
    .values({
      org_id: orgId,
      id,
      module_ids: [...moduleIds],
      status: 'pending',
      scenario_count: scenarios.length,
      evaluated_count: 0,
      change,
      due_at: sql<Date>`now()`,
      created_at: sql<Date>`now()`,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** @throws {SluiceError} not_found */
export async function getEvaluation(queries: Queries, orgId: string, id: string): Promise<Evaluation> {
  const found = await queries
    .selectFrom('evaluations')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!found) throw new SluiceError('not_found', 'No such evaluation.');
  return found;
}

/** What changed after a change, in the order of the changes: each evaluation as it is now. */
export function listChanged(
  queries: Queries,
  orgId: string,
  page: { after: number; limit: number },
): Promise<Evaluation[]> {
  return queries
    .selectFrom('evaluations')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('change', '>', page.after)
    .orderBy('change')
    .limit(page.limit)
    .execute();
}

/** Its scenarios by position. */
export function listScenarios(
  queries: Queries,
  orgId: string,
  evaluationId: string,
): Promise<{ id: string; name: string }[]> {
  return queries
    .selectFrom('scenarios')
    .select(['id', 'name'])
    .where('org_id', '=', orgId)
    .where('evaluation_id', '=', evaluationId)
    .orderBy('position')
    .execute();
}
