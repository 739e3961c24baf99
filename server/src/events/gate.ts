import type { Queries } from '../db/connect.ts';
import type { PublishRequest } from './new-event.ts';

/** An event on its way to its endpoints. */
export interface PassingEvent {
  readonly orgId: string;
  readonly id: string;
  readonly type: string;
  /** The exact bytes, as text. */
  readonly data: string;
  readonly source: string;
}

/** The gate that holds something, and where it is to be reviewed. */
export interface HoldingGate {
  readonly id: string;
  readonly name: string | null;
  readonly workflowId: string;
  readonly queueId: string | null;
}

/** The rules of one organization that hold deliveries back, as of one version of them. */
export interface GateRules {
  /** Asks about one event; the answer tells, for each endpoint, the gate that holds its delivery, or `null`. */
  gatesOf(event: PassingEvent): (endpointId: string) => HoldingGate | null;
}

/** Deliveries of one event that one gate holds. */
export interface Hold {
  readonly event: PassingEvent;
  readonly gate: HoldingGate;
  readonly deliveryIds: readonly string[];
}

/** What stands between events and their endpoints. Events know only this much of reviews. */
export interface Gate {
  /** @param versions organization → version of its rules, as read earlier in the same transaction */
  load(tx: Queries, versions: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, GateRules>>;
  /** Opens the reviews of what is held, in the same transaction, and answers what is to be published about that. */
  hold(tx: Queries, holds: readonly Hold[]): Promise<PublishRequest[]>;
}
