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
  /** The publisher's own id. */
  readonly externalId: string | null;
  /** `null`: when it is accepted. */
  readonly occurredAt: Date | null;
  /** `null`: at once. */
  readonly deliverAt: Date | null;
  readonly audience: Audience | null;
  /** JSON text. */
  readonly metadata: string | null;
  readonly source: EventSource;
}

/** What a publisher learns about an accepted event. */
export interface AcceptedEvent {
  /** Its public id: the publisher's own, if it gave one. */
  readonly id: string;
  readonly type: string;
  /** How many endpoints it goes to. */
  readonly deliveries: number;
}

/** One request to publish: all of its events are accepted, or none is. */
export interface PublishRequest {
  readonly orgId: string;
  readonly events: readonly NewEvent[];
  readonly idempotency: IdempotentRequest | null;
  /** Where in the request an event is, for error pointers: `''` or `/events/3`. */
  pointer(index: number): string;
  /** Writes the answer, which a repeated request gets again. */
  answer(accepted: readonly AcceptedEvent[]): StoredAnswer;
}
