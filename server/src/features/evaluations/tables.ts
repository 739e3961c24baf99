import type { Generated } from 'kysely';
import type { OptionalTime, Time } from '../../db/column-types.ts';
import type { Tables } from '../../db/tables.ts';

/** All tables. Modules that use the tables of evaluations import it from here, so that these are declared. */
export type { Tables };

declare module '../../db/tables.ts' {
  interface Tables {
    evaluation_modules: ModulesTable;
    evaluation_changes: ChangesTable;
    evaluations: EvaluationsTable;
    scenarios: ScenariosTable;
    scenario_results: ScenarioResultsTable;
    result_tokens: ResultTokensTable;
  }
}

interface ModulesTable {
  org_id: string;
  id: string;
  name: string;
  description: string | null;
  rules: string;
  rule_count: number;
  created_at: Time;
}

interface ChangesTable {
  org_id: string;
  latest: number;
  forgotten: Generated<number>;
}

interface EvaluationsTable {
  org_id: string;
  id: string;
  module_ids: string[];
  status: 'pending' | 'running' | 'complete';
  scenario_count: number;
  evaluated_count: number;
  change: number;
  due_at: Time;
  fence: Generated<number>;
  created_at: Time;
  started_at: OptionalTime;
  completed_at: OptionalTime;
}

interface ScenariosTable {
  org_id: string;
  id: string;
  evaluation_id: string;
  position: number;
  name: string;
  input: string;
}

interface ScenarioResultsTable {
  org_id: string;
  scenario_id: string;
  result: string;
}

interface ResultTokensTable {
  org_id: string;
  hash: Uint8Array;
  evaluation_id: string;
  created_by: string;
  created_at: Time;
  expires_at: Time;
  used_at: OptionalTime;
}
