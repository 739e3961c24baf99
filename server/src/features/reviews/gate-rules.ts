import { matchesPattern } from '../../endpoints/match.ts';
import type { DepartingEvent } from '../../events/fan-out.ts';
import type { GateRules, HoldingGate } from '../../events/gate.ts';
import { type HeldQuestion, type SchemaChecks, UndecidedError } from '../../schemas/checks.ts';
import { type HeldSchema, holdSchema } from '../../schemas/kept-schema.ts';
import type { ReviewGate } from './gates.ts';

interface Rule {
  readonly gate: HoldingGate;
  readonly types: readonly string[];
  /** `null`: every endpoint. */
  readonly endpoints: ReadonlySet<string> | null;
  /** `null`: all data. */
  readonly condition: HeldSchema | null;
}

/**
 * The rules of one organization's gates. Of several that match a delivery the oldest holds it.
 *
 * In doubt a gate holds: when its condition can't be evaluated, and when the data says a key twice, since a receiver may
 * read the one that the condition did not.
 * @param gates oldest first
 */
export function rulesOf(schemas: SchemaChecks, gates: readonly ReviewGate[]): GateRules {
  const rules = gates.map(ruleOf);
  return {
    gatesOf(event: DepartingEvent) {
      const holding = rules.filter((rule) =>
        rule.types.some((pattern) => matchesPattern(pattern, event.type)),
      );
      const isAmbiguous = once(() => saysKeyTwice(event.data));
      // One condition that takes long refuses what belongs to a change: the others need not take this thread's time, too.
      let insist = event.mayChange ?? false;
      const ask = (rule: Rule) => {
        const verdict = isMet(schemas, rule, { ...event, mayChange: insist }, isAmbiguous);
        if (verdict instanceof UndecidedError) insist = false;
        return verdict;
      };
      const met = new Map(holding.map((rule) => [rule, once(() => ask(rule))]));
      return (endpointId) => {
        const undecided: HeldQuestion[] = [];
        for (const rule of holding) {
          if (rule.endpoints !== null && !rule.endpoints.has(endpointId)) continue;
          const verdict = met.get(rule)?.() ?? true;
          if (verdict instanceof UndecidedError) undecided.push(...verdict.questions);
          else if (verdict && undecided.length === 0) return rule.gate;
          else if (verdict) break;
        }
        if (undecided.length > 0) throw new UndecidedError(event.orgId, undecided, event.mayChange);
        return null;
      };
    },
  };
}

function ruleOf(row: ReviewGate): Rule {
  const { condition } = row;
  return {
    gate: { id: row.id, name: row.name, workflowId: row.workflow_id, queueId: row.queue_id },
    types: row.types,
    endpoints: row.endpoint_ids === null ? null : new Set(row.endpoint_ids),
    condition: condition === null ? null : holdSchema(condition),
  };
}

/** Whether it holds the event; the error says that this has to be waited for. */
function isMet(
  schemas: SchemaChecks,
  { condition }: Rule,
  { orgId, data, mayChange }: DepartingEvent,
  isAmbiguous: () => boolean,
): boolean | UndecidedError {
  if (condition === null || isAmbiguous()) return true;
  const question: HeldQuestion = { schema: condition, data, whetherOnly: true };
  const [verdict] = schemas.quickly(orgId, [question], mayChange);
  return verdict ? verdict.satisfied !== false : new UndecidedError(orgId, [question]);
}

function saysKeyTwice(data: string): boolean {
  return countMembers(JSON.parse(data)) !== countKeys(data);
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
