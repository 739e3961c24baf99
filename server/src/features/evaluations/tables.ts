import type { Generated } from 'kysely';
import type { OptionalTime, Time } from '../../db/column-types.ts';

/** Tables of `0008_evaluations.sql` and `0013_schedule_runs.sql`. */
export interface EvaluationTables {
  evaluation_modules: ModulesTable;
  evaluation_changes: { org_id: string; latest: number; forgotten: Generated<number> };
  evaluations: EvaluationsTable;
  scenarios: ScenariosTable;
  scenario_results: { org_id: string; scenario_id: string; result: string };
  result_tokens: ResultTokensTable;
  request_windows: { org_id: string; credential_id: string; started_at: Time; requests: number };
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

interface ResultTokensTable {
  org_id: string;
  hash: Uint8Array;
  evaluation_id: string;
  created_by: string;
  created_at: Time;
  expires_at: Time;
  used_at: OptionalTime;
}
