import { readFileSync } from 'node:fs';
import type { Contract, Message, VerifyFailure } from '../src/index.ts';
import { bytes } from './bytes.ts';

/** One attempt and exactly what it sends. */
export interface SendVector {
  readonly name: string;
  readonly type: string;
  readonly data: string;
  readonly eventId: string;
  readonly organizationId: string;
  readonly occurredAt: string;
  readonly deliveryId: string;
  readonly deliveryUuid: string;
  readonly roundStartedAt: string;
  readonly attemptedAt: string;
  readonly secrets: readonly string[];
  readonly body: string;
  readonly headers: readonly (readonly [string, string])[];
}

/** One received request and what becomes of it. */
export interface ReceiveVector {
  readonly name: string;
  readonly result: 'ok' | VerifyFailure;
  /** Seconds since 1970. */
  readonly now: number;
  readonly secrets: readonly string[];
  readonly body: string;
  readonly headers: readonly (readonly [string, string])[];
}

export interface Vectors {
  readonly contract: string;
  readonly send: readonly SendVector[];
  readonly receive: readonly ReceiveVector[];
}

/** What `vectors/generate.sh` wrote for a contract. */
export function vectorsOf(name: string): Vectors {
  const vectors: Vectors = JSON.parse(readFileSync(new URL(`vectors/${name}.json`, import.meta.url), 'utf8'));
  return vectors;
}

/** The message that a vector describes, its body made by the contract. */
export function messageOf(contract: Contract, vector: SendVector): Message {
  const event = {
    id: vector.eventId,
    type: vector.type,
    data: bytes(vector.data),
    occurredAt: new Date(vector.occurredAt),
    organizationId: vector.organizationId,
  };
  return {
    event,
    deliveryId: vector.deliveryId,
    deliveryUuid: vector.deliveryUuid,
    body: contract.encode(event),
    attemptedAt: new Date(vector.attemptedAt),
    roundStartedAt: new Date(vector.roundStartedAt),
  };
}
