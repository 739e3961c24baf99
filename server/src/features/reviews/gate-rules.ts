import { matchesPattern } from '../../endpoints/match.ts';
import type { GateRules, HoldingRule } from '../../events/gate.ts';
import { type KeptSchema, keptSchema } from '../../schemas/kept-schema.ts';
import type { ReviewGate } from './gates.ts';

interface Rule extends HoldingRule {
  readonly types: readonly string[];
  /** The schema of data to hold; `null`: all data. */
  readonly condition: KeptSchema | null;
}

/**
 * The rules of an organization's gates. A delivery that several gates match is held by the oldest.
 *
 * In doubt a gate holds the delivery: where its condition cannot be evaluated, and where the data has duplicate keys,
 * because the receiver may read a value that the condition has not seen.
 * @param gates oldest first
 */
export function rulesOf(gates: readonly ReviewGate[]): GateRules {
  const rules = gates.map(ruleOf);
  return {
    ask({ type, data }, endpoints) {
      const matching = rules.filter((rule) => concerns(rule, type, endpoints));
      if (matching.length === 0) return null;
      const isAmbiguous = matching.some(({ condition }) => condition !== null) && hasDuplicateKeys(data);
      const asked = isAmbiguous ? [] : matching.filter(({ condition }) => condition !== null);
      return {
        conditions: asked.flatMap(({ condition }) =>
          condition === null ? [] : [{ schema: condition, data, whetherOnly: true }],
        ),
        holding(verdicts) {
          const unmet = new Set(asked.filter((_, index) => verdicts[index]?.satisfied === false));
          return matching.filter((rule) => !unmet.has(rule));
        },
      };
    },
  };
}

function concerns(rule: Rule, type: string, endpoints: readonly { readonly endpointId: string }[]): boolean {
  return (
    rule.types.some((pattern) => matchesPattern(pattern, type)) &&
    endpoints.some(({ endpointId }) => rule.endpoints?.has(endpointId) ?? true)
  );
}

function ruleOf(row: ReviewGate): Rule {
  const { condition } = row;
  return {
    gate: { id: row.id, name: row.name, workflowId: row.workflow_id, queueId: row.queue_id },
    types: row.types,
    endpoints: row.endpoint_ids === null ? null : new Set(row.endpoint_ids),
    condition: condition === null ? null : keptSchema(condition),
  };
}

function hasDuplicateKeys(data: string): boolean {
  return countMembers(JSON.parse(data)) !== countKeys(data);
}

/** Members of all objects in a parsed value. */
function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner = Object.values(value).reduce((sum: number, item) => sum + countMembers(item), 0);
  return Array.isArray(value) ? inner : inner + Object.keys(value).length;
}

/** Keys in JSON text: strings before a colon. */
function countKeys(json: string): number {
  let count = 0;
  for (const match of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"([ \t\n\r]*:)?/g))
    if (match[1] !== undefined) count += 1;
  return count;
}
