import type { Queries } from '../db/connect.ts';
import type { Question } from '../schemas/questions.ts';
import type { SchemaVerdict } from '../schemas/verdict.ts';
import type { Publication } from './new-event.ts';

/** An event on its way to its endpoints. */
export interface PassingEvent {
  readonly orgId: string;
  readonly id: string;
  readonly type: string;
  /** The exact bytes, as text. */
  readonly data: string;
}

/** The gate that holds something, and where it is to be reviewed. */
export interface HoldingGate {
  readonly id: string;
  readonly name: string | null;
  readonly workflowId: string;
  readonly queueId: string | null;
}

/** Deliveries to these endpoints are held by this gate. */
export interface HoldingRule {
  readonly gate: HoldingGate;
  /** `null`: every endpoint. */
  readonly endpoints: ReadonlySet<string> | null;
}

/** The gate that holds a delivery: that of the first rule for its endpoint; `null`: there is none. */
export function gateOf(holding: readonly HoldingRule[], endpointId: string): HoldingGate | null {
  return holding.find(({ endpoints }) => endpoints?.has(endpointId) ?? true)?.gate ?? null;
}

/** The rules of one organization that hold deliveries back. */
export interface GateRules {
  /**
   * What is to be judged about an event on its way to these endpoints, and the rules that hold it by the verdicts, which
   * come in the order of the conditions. `null`: no gate concerns it.
   */
  ask(
    event: { readonly type: string; readonly data: string },
    endpoints: readonly { readonly endpointId: string }[],
  ): {
    readonly conditions: readonly Question[];
    holding(verdicts: readonly (SchemaVerdict | null)[]): readonly HoldingRule[];
  } | null;
}

/** Deliveries of one event that one gate holds. */
export interface Hold {
  readonly event: PassingEvent;
  readonly gate: HoldingGate;
  readonly deliveryIds: readonly string[];
}

/** What stands between events and their endpoints. Events know only this much of reviews. */
export interface Gate {
  /** Opens the reviews of what is held, in the same transaction, and answers what is to be published about that. */
  hold(tx: Queries, holds: readonly Hold[]): Promise<Publication[]>;
}
