import type { Attempt, DeliverySummary } from '@sluice/client';
import { capitalized } from '../text/words.ts';

export type Paint = 'good' | 'bad' | 'retrying' | 'waiting' | 'held' | 'idle';

const paintOfState: Readonly<Record<DeliverySummary['state'], Paint>> = {
  delivered: 'good',
  failed: 'bad',
  pending: 'waiting',
  sending: 'waiting',
  held: 'held',
  cancelled: 'idle',
};

const wordsOfOutcome: Readonly<Record<Attempt['outcome'], string>> = {
  delivered: 'Delivered',
  http_error: 'Refused',
  timeout: 'Timed out',
  connection_error: 'No connection',
  tls_error: 'TLS failed',
  dns_error: 'Name not found',
  blocked_address: 'Address not allowed',
  unknown: 'Unknown',
};

/** A word on a colour; the word alone says everything. */
export function State({ paint, children }: { paint: Paint; children: string }) {
  return <span className={`state state-${paint}`}>{children}</span>;
}

type Standing = Pick<DeliverySummary, 'state' | 'paused' | 'last_attempt'>;

/** Its state, and within `pending` whether an attempt failed already or its endpoint is disabled. */
export function paintOf({ state, paused, last_attempt: last }: Standing): Paint {
  if (state !== 'pending') return paintOfState[state];
  return paused ? 'idle' : last === null ? 'waiting' : 'retrying';
}

export function DeliveryState({ delivery }: { delivery: Standing }) {
  const { state, paused } = delivery;
  const paint = paintOf(delivery);
  const word = paint === 'retrying' ? 'Retrying' : paused ? 'Paused' : capitalized(state);
  return <State paint={paint}>{word}</State>;
}

export function OutcomeState({ outcome }: { outcome: Attempt['outcome'] }) {
  const paint = outcome === 'delivered' ? 'good' : outcome === 'unknown' ? 'idle' : 'bad';
  return <State paint={paint}>{wordsOfOutcome[outcome]}</State>;
}
