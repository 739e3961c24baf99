import type { Queries } from '../../db/connect.ts';
import { type Duty, untilDone } from '../../worker/duty.ts';
import { forgetEvaluations } from './evaluations.ts';
import { forgetResultTokens } from './result-tokens.ts';

/**
 * The duties of evaluations: deleting old evaluations and result tokens.
 * @param given.retentionDays days after which complete evaluations and expired tokens are deleted
 */
export function evaluationDuties({
  database: { queries },
  retentionDays,
}: {
  readonly database: { readonly queries: Queries };
  readonly retentionDays: number;
}): Duty[] {
  return [
    {
      name: 'forget old evaluations',
      everyMs: 60_000,
      run: () => untilDone(() => forgetEvaluations(queries, retentionDays)),
    },
    {
      name: 'forget old result tokens',
      everyMs: 60_000,
      run: () => untilDone(() => forgetResultTokens(queries, retentionDays)),
    },
  ];
}
