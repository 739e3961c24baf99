import { matchesPattern } from '../../endpoints/match.ts';
import type { GateRules, HoldingGate, PassingEvent } from '../../events/gate.ts';
import { compileCondition } from '../../events/schemas.ts';
import type { ReviewGate } from './gates.ts';

interface Rule {
  readonly gate: HoldingGate;
  readonly types: readonly string[];
  /** `null`: every endpoint. */
  readonly endpoints: ReadonlySet<string> | null;
  /** Compiled when first asked. */
  condition(): ((data: unknown) => boolean | null) | null;
}

/**
 * The rules of one organization's gates. Of several that match a delivery the oldest holds it.
 *
 * In doubt a gate holds: when its condition can't be evaluated, and when the data says a key twice, since a receiver may
 * read the one that the condition did not.
 * @param gates oldest first
 */
export function rulesOf(gates: readonly ReviewGate[]): GateRules {
  const rules = gates.map(ruleOf);
  return {
    gatesOf(event) {
      const holding = rules.filter((rule) =>
        rule.types.some((pattern) => matchesPattern(pattern, event.type)),
      );
      const data = once(() => readData(event));
      const met = new Map(holding.map((rule) => [rule, once(() => isMet(rule, data))]));
      return (endpointId) =>
        holding.find(
          (rule) =>
            (rule.endpoints === null || rule.endpoints.has(endpointId)) && met.get(rule)?.() !== false,
        )?.gate ?? null;
    },
  };
}

function ruleOf(row: ReviewGate): Rule {
  const { condition } = row;
  return {
    gate: { id: row.id, name: row.name, workflowId: row.workflow_id, queueId: row.queue_id },
    types: row.types,
    endpoints: row.endpoint_ids === null ? null : new Set(row.endpoint_ids),
    condition: once(() =>
      condition === null ? null : compileCondition(JSON.parse(condition), '/condition'),
    ),
  };
}

function isMet(rule: Rule, data: () => ReturnType<typeof readData>): boolean {
  const condition = rule.condition();
  return condition === null || data().isAmbiguous || condition(data().value) !== false;
}

function readData(event: PassingEvent): { readonly value: unknown; readonly isAmbiguous: boolean } {
  const value: unknown = JSON.parse(event.data);
  return { value, isAmbiguous: countMembers(value) !== countKeys(event.data) };
}

/** Members of all objects, as the parser sees them. */
function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner = Object.values(value).reduce((sum: number, item) => sum + countMembers(item), 0);
  return Array.isArray(value) ? inner : inner + Object.keys(value).length;
}

/** Strings with a colon behind them, as written. */
function countKeys(json: string): number {
  let count = 0;
  for (const match of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"([ \t\n\r]*:)?/g))
    if (match[1] !== undefined) count += 1;
  return count;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
