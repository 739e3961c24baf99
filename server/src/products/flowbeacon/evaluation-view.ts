import { type Static, Type } from 'typebox';
import { publicId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import type { Evaluation as Row } from '../../features/evaluations/evaluations.ts';
import { evaluationKind, moduleKind, scenarioKind } from '../../features/evaluations/ids.ts';
import { describeModules } from '../../features/evaluations/rule-modules.ts';
import { IdOf, OrNull, Timestamp } from '../../http/fields.ts';

export const Evaluation = Type.Object({
  id: IdOf(evaluationKind),
  status: Type.Enum(['pending', 'running', 'complete']),
  modules: Type.Array(Type.Object({ id: IdOf(moduleKind), name: Type.String() })),
  progress: Type.Object({
    evaluated: Type.Integer({ description: 'Scenarios that have results' }),
    total: Type.Integer(),
  }),
  created_at: Timestamp,
  started_at: OrNull(Timestamp),
  completed_at: OrNull(Timestamp),
});

export const EvaluationWithScenarios = Type.Object({
  ...Evaluation.properties,
  scenarios: Type.Array(Type.Object({ id: IdOf(scenarioKind), name: Type.String() })),
});

const count = Type.Integer({ minimum: 0 });
const findings = {
  violations: Type.Array(
    Type.Object({
      code: Type.String({ description: 'Of the rule that is broken' }),
      module: Type.String({ description: 'Name of its module' }),
      path: Type.String({ description: 'JSON pointer into the input' }),
      message: Type.String(),
    }),
  ),
  violations_omitted: Type.Optional(
    Type.Integer({ minimum: 1, description: 'How many more there are; left out where all are listed' }),
  ),
  module_summary: Type.Array(
    Type.Object({ module: Type.String(), passing_count: count, failing_count: count }),
  ),
  evaluated_codes: Type.Array(Type.String()),
  passing_count: Type.Integer({ minimum: 0, description: 'Rules that are satisfied' }),
  failing_count: Type.Integer({ minimum: 0, description: 'Rules that are broken' }),
};

const scenario = { id: IdOf(scenarioKind), name: Type.String() };

export const ScenarioResults = Type.Object({ ...scenario, evaluation_id: IdOf(evaluationKind), ...findings });

export const EvaluationResults = Type.Object({
  evaluation_id: IdOf(evaluationKind),
  scenarios: Type.Array(Type.Object({ ...scenario, ...findings })),
});

/** @param rows all of one organization */
export async function showEvaluations(
  queries: Queries,
  orgId: string,
  rows: readonly Row[],
): Promise<Static<typeof Evaluation>[]> {
  const modules = await describeModules(queries, orgId, [...new Set(rows.flatMap((row) => row.module_ids))]);
  return rows.map((row) => ({
    id: publicId(evaluationKind, row.id),
    status: row.status,
    modules: row.module_ids.map((id) => ({
      id: publicId(moduleKind, id),
      name: modules.get(id)?.name ?? '',
    })),
    progress: { evaluated: row.evaluated_count, total: row.scenario_count },
    created_at: row.created_at.toISOString(),
    started_at: row.started_at?.toISOString() ?? null,
    completed_at: row.completed_at?.toISOString() ?? null,
  }));
}
