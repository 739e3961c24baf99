import type { IdempotentRequest, StoredAnswer } from '../tenants/idempotency.ts';
import type { Audience } from '../tenants/members.ts';

/** Where an event comes from. */
export const eventSources = ['api', 'schedule', 'test', 'system'] as const;
export type EventSource = (typeof eventSources)[number];

/** An event as it is handed in, its form already checked. */
export interface NewEvent {
  readonly type: string;
  /** One JSON object: the exact bytes received, as text. */
  readonly data: string;
  /** `system`: neither schemas nor review gates stand in its way. */
  readonly source: EventSource;
  /** The publisher's own id. */
  readonly externalId?: string | null;
  /** Without it: when it is accepted. */
  readonly occurredAt?: Date | null;
  /** Without it: at once. */
  readonly deliverAt?: Date | null;
  /** Members whose own endpoints get it too. */
  readonly audience?: Audience | null;
  /** JSON text. */
  readonly metadata?: string | null;
}

/** What a publisher learns about an accepted event. */
export interface AcceptedEvent {
  /** Its public id: the publisher's own, if it gave one. */
  readonly id: string;
  readonly type: string;
  /** How many endpoints it goes to. */
  readonly deliveries: number;
}

/** Events of one organization: all of them are accepted, or none is. */
export interface Publication {
  readonly orgId: string;
  readonly events: readonly NewEvent[];
  /** Where in the caller's input an event is, for what is wrong with it; left out: the input is the event. */
  pointer?(index: number): string;
}

/** One request to publish. */
export interface PublishRequest extends Publication {
  readonly idempotency: IdempotentRequest | null;
  /** Writes the answer, which a repeated request gets again. */
  answer(accepted: readonly AcceptedEvent[]): StoredAnswer;
  /** Called after a wait: throws the refusal of a credential that is no longer valid. */
  reauthenticate(): Promise<unknown>;
}
