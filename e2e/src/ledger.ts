import { createHash } from 'node:crypto';
import type { Api } from './api.ts';

export interface LedgerEvent {
  readonly id: string;
  readonly type: string;
}

export interface LedgerAttempt {
  readonly number: number;
  readonly outcome: string;
  /** Of the body that was sent; `null` where the ledger has none (yet). */
  readonly bodyHash: string | null;
  readonly sequence: number | null;
  readonly startedAt: number;
  readonly finishedAt: number;
}

export interface LedgerDelivery {
  readonly id: string;
  readonly eventId: string;
  readonly endpointId: string;
  readonly state: string;
  readonly paused: boolean;
  readonly nextAttemptAt: string | null;
  /** As the delivery itself counts them. */
  readonly attemptCount: number;
  readonly attempts: readonly LedgerAttempt[];
}

/** What Sluice says has happened. */
export interface Ledger {
  readonly events: readonly LedgerEvent[];
  readonly deliveries: readonly LedgerDelivery[];
}

interface DeliveryView {
  id: string;
  event_id: string;
  endpoint_id: string;
  state: string;
  paused: boolean;
  next_attempt_at: string | null;
  attempts: number;
}

interface AttemptView {
  number: number;
  outcome: string;
  request: { body: string | null };
  started_at: string;
  finished_at: string;
}

const readersAtOnce = 12;

/** Reads all of an organization's ledger through the public API. */
export async function readLedger(api: Api): Promise<Ledger> {
  const events = await api.all<LedgerEvent>('/v1/events');
  const rows = await api.all<DeliveryView>('/v1/deliveries');
  const deliveries: LedgerDelivery[] = [];
  const queue = rows.values();
  const readSome = async () => {
    for (const row of queue) deliveries.push(await readDelivery(api, row));
  };
  await Promise.all(Array.from({ length: readersAtOnce }, readSome));
  return { events: events.map(({ id, type }) => ({ id, type })), deliveries };
}

async function readDelivery(api: Api, row: DeliveryView): Promise<LedgerDelivery> {
  const attempts = row.attempts === 0 ? [] : await api.all<AttemptView>(`/v1/deliveries/${row.id}/attempts`);
  return {
    id: row.id,
    eventId: row.event_id,
    endpointId: row.endpoint_id,
    state: row.state,
    paused: row.paused,
    nextAttemptAt: row.next_attempt_at,
    attemptCount: row.attempts,
    attempts: attempts.map(readAttempt),
  };
}

function readAttempt(view: AttemptView): LedgerAttempt {
  const { body } = view.request;
  const sequence = body === null ? undefined : /"sequence":(\d+)/.exec(body)?.[1];
  return {
    number: view.number,
    outcome: view.outcome,
    bodyHash: body === null ? null : createHash('sha256').update(body).digest('hex'),
    sequence: sequence === undefined ? null : Number(sequence),
    startedAt: Date.parse(view.started_at),
    finishedAt: Date.parse(view.finished_at),
  };
}

/**
 * How many deliveries are still to end, up to a page of them. One may change between two questions, from waiting to
 * being sent and back: only four answers of none are believed.
 */
export async function countOpen(api: Api): Promise<number> {
  for (const state of ['pending', 'sending', 'pending', 'sending']) {
    const { data } = await api.get<{ data: unknown[] }>(`/v1/deliveries?state=${state}&limit=200`);
    if (data.length > 0) return data.length;
  }
  return 0;
}
