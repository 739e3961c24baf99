import { SluiceError } from '../../base/errors.ts';
import { publicId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import { evaluationKind, scenarioKind } from './ids.ts';

/**
 * The result of a scenario, as JSON text.
 * @throws {SluiceError} not_found; conflict, where the scenario has not been evaluated yet
 */
export async function readScenarioResults(queries: Queries, orgId: string, id: string): Promise<string> {
  const found = await queries
    .selectFrom('scenarios')
    .leftJoin('scenario_results', (join) =>
      join
        .onRef('scenario_results.org_id', '=', 'scenarios.org_id')
        .onRef('scenario_results.scenario_id', '=', 'scenarios.id'),
    )
    .select(['scenarios.id', 'scenarios.name', 'scenarios.evaluation_id', 'scenario_results.result'])
    .where('scenarios.org_id', '=', orgId)
    .where('scenarios.id', '=', id)
    .executeTakeFirst();
  if (!found) throw new SluiceError('not_found', 'No such scenario.');
  if (found.result === null)
    throw new SluiceError('conflict', 'The scenario has not been evaluated yet; ask again later.');
  return scenarioJson(found, found.result, {
    evaluation_id: publicId(evaluationKind, found.evaluation_id),
  });
}

/** The results of an evaluation, as JSON text: the data of its event. */
export async function readEvaluationResults(
  queries: Queries,
  orgId: string,
  evaluationId: string,
): Promise<string> {
  const rows = await queries
    .selectFrom('scenarios')
    .innerJoin('scenario_results', (join) =>
      join
        .onRef('scenario_results.org_id', '=', 'scenarios.org_id')
        .onRef('scenario_results.scenario_id', '=', 'scenarios.id'),
    )
    .select(['scenarios.id', 'scenarios.name', 'scenario_results.result'])
    .where('scenarios.org_id', '=', orgId)
    .where('scenarios.evaluation_id', '=', evaluationId)
    .orderBy('scenarios.position')
    .execute();
  const scenarios = rows.map((row) => scenarioJson(row, row.result)).join(',');
  return `{"evaluation_id":${JSON.stringify(publicId(evaluationKind, evaluationId))},"scenarios":[${scenarios}]}`;
}

/** Joins the members of the scenario with those of its stored result, a JSON object that is never empty. */
function scenarioJson(
  scenario: { readonly id: string; readonly name: string },
  result: string,
  more: Readonly<Record<string, string>> = {},
): string {
  const own = JSON.stringify({ id: publicId(scenarioKind, scenario.id), name: scenario.name, ...more });
  return `${own.slice(0, -1)},${result.slice(1)}`;
}
