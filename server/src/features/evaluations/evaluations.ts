import { type Selectable, sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { invalidInput, SluiceError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import { getRow } from '../../db/rows.ts';
import { forgottenChange, takeChange } from './changes.ts';
import { describeModules } from './rule-modules.ts';
import type { Tables } from './tables.ts';

export type Evaluation = Selectable<Tables['evaluations']>;

export interface ScenarioInput {
  readonly name: string;
  readonly input: unknown;
}

const mostRules = 1_000;
const mostChecks = 100_000;
/** Unfinished evaluations of an organization at most: more would only wait longer, and each may have megabytes. */
const mostUnfinished = 100;

/**
 * Creates an evaluation, which workers run in the background.
 * @param input `moduleIds` without repetition
 * @throws {SluiceError} invalid_input, too_much_under_way
 */
export async function createEvaluation(
  tx: Queries,
  clock: Clock,
  orgId: string,
  {
    moduleIds,
    scenarios,
  }: { readonly moduleIds: readonly string[]; readonly scenarios: readonly ScenarioInput[] },
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
  await refuseTooMany(tx, orgId);
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

/** The count is exact, because the lock of `takeChange` makes changes of an organization come one after another. */
async function refuseTooMany(tx: Queries, orgId: string): Promise<void> {
  const { count } = await tx
    .selectFrom('evaluations')
    .select(sql<number>`count(*)::int`.as('count'))
    .where('org_id', '=', orgId)
    .where('status', '<>', 'complete')
    .executeTakeFirstOrThrow();
  if (count >= mostUnfinished)
    throw new SluiceError(
      'too_much_under_way',
      `${count} evaluations are not complete; ${mostUnfinished} are allowed.`,
      { retryAfterSeconds: 10 },
    );
}

/** @throws {SluiceError} not_found */
export function getEvaluation(queries: Queries, orgId: string, id: string): Promise<Evaluation> {
  return getRow(queries, 'evaluations', { orgId, id }, 'evaluation');
}

/**
 * The evaluations that have changed after a change, in the order of their changes.
 * @param page `after`: the number of that change; `null`: from the oldest evaluation
 * @throws {SluiceError} gone, where retention has deleted evaluations that changed after it
 */
export async function listChanged(
  queries: Queries,
  orgId: string,
  page: { after: number | null; limit: number },
): Promise<Evaluation[]> {
  const rows = await queries
    .selectFrom('evaluations')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('change', '>', page.after ?? 0)
    .orderBy('change')
    .limit(page.limit)
    .execute();
  // Read after the rows, so that a deletion before them is known.
  if (page.after !== null && page.after < (await forgottenChange(queries, orgId)))
    throw new SluiceError('gone', 'Evaluations that changed after this watermark are no longer kept.', {
      errors: [{ pointer: '?since', detail: 'older than retention' }],
    });
  return rows;
}

/** Evaluations in one transaction; each has up to a thousand scenarios. */
const forgottenAtOnce = 20;

/**
 * Deletes up to 20 evaluations that were completed before `retentionDays`, with scenarios and results; answers how many.
 * Keeps the number of their latest change, so that a client with an older watermark gets a refusal instead of a gap.
 */
export function forgetEvaluations(queries: Queries, retentionDays: number): Promise<number> {
  return queries.transaction().execute(async (tx) => {
    const { rows } = await sql<Pick<Evaluation, 'org_id' | 'id' | 'change'>>`
      select org_id, id, change from evaluations
       where status = 'complete' and completed_at < now() - make_interval(days => ${retentionDays})
       order by completed_at limit ${forgottenAtOnce} for update skip locked`.execute(tx);
    if (rows.length === 0) return 0;
    const given = sql`(select * from unnest(${rows.map((row) => row.org_id)}::uuid[], ${rows.map((row) => row.id)}::uuid[]))`;
    await sql`
      delete from scenario_results where (org_id, scenario_id) in (
        select org_id, id from scenarios where (org_id, evaluation_id) in ${given})`.execute(tx);
    await sql`delete from scenarios where (org_id, evaluation_id) in ${given}`.execute(tx);
    await sql`delete from evaluations where (org_id, id) in ${given}`.execute(tx);
    const changes = new Map<string, number>();
    for (const { org_id, change } of rows) changes.set(org_id, Math.max(change, changes.get(org_id) ?? 0));
    const noted = [...changes].sort(([a], [b]) => (a < b ? -1 : 1));
    // Last, and in a fixed order: changes of the organizations wait for these rows.
    await sql`
      update evaluation_changes set forgotten = greatest(forgotten, given.change)
        from unnest(${noted.map(([orgId]) => orgId)}::uuid[], ${noted.map(([, change]) => change)}::bigint[]) as given (org_id, change)
       where evaluation_changes.org_id = given.org_id`.execute(tx);
    return rows.length;
  });
}

/** The scenarios of an evaluation, by position. */
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
