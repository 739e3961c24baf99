import { type Static, Type } from 'typebox';
import { publicId } from '../base/ids.ts';
import {
  type Attempt as AttemptRow,
  type Delivery as DeliveryRow,
  deliveryStates,
} from '../deliveries/ledger.ts';
import { eventNames } from '../events/events.ts';
import { IdOf, OrNull, Timestamp } from '../http/fields.ts';
import type { Context } from '../http/operation.ts';

const outcomes = [
  'delivered',
  'http_error',
  'timeout',
  'connection_error',
  'tls_error',
  'dns_error',
  'blocked_address',
  'unknown',
] as const;
const Outcome = Type.Enum([...outcomes]);

export const Delivery = Type.Object({
  id: IdOf('delivery'),
  event_id: Type.String(),
  event_type: Type.String(),
  endpoint_id: IdOf('endpoint'),
  contract: Type.String(),
  state: Type.Enum([...deliveryStates]),
  attempts: Type.Integer(),
  next_attempt_at: OrNull(Timestamp),
  paused: Type.Boolean({ description: 'Whether it waits until its endpoint is enabled again' }),
  last_attempt: OrNull(
    Type.Object({ outcome: Outcome, status: OrNull(Type.Integer()), at: OrNull(Timestamp) }),
  ),
  created_at: Timestamp,
  finished_at: OrNull(Timestamp),
});

const HeaderMap = Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String())]));

export const Attempt = Type.Object({
  id: IdOf('attempt'),
  delivery_id: IdOf('delivery'),
  number: Type.Integer(),
  outcome: Outcome,
  error: OrNull(Type.String({ description: 'The cause of the failure, in words' })),
  request: Type.Object({
    url: Type.String({ description: 'Empty where it is unknown' }),
    headers: OrNull(HeaderMap),
    body: OrNull(
      Type.String({
        description:
          'The exact body sent. null: nothing was sent; or the body is no longer stored; or it is unknown, because the attempt was cut off (`unknown`) and the scopes of the webhook decide its body',
      }),
    ),
  }),
  response: OrNull(
    Type.Object({
      status: Type.Integer(),
      headers: HeaderMap,
      body: Type.String({ description: 'The first 16 KiB; base64 where it is not UTF-8' }),
      body_encoding: Type.Enum(['utf-8', 'base64']),
      truncated: Type.Boolean(),
    }),
  ),
  timings_ms: OrNull(
    Type.Object({
      dns: Type.Optional(Type.Number()),
      connect: Type.Optional(Type.Number()),
      first_byte: Type.Optional(Type.Number()),
      total: Type.Number(),
    }),
  ),
  started_at: Timestamp,
  finished_at: Timestamp,
});

function outcomeOf(text: string): (typeof outcomes)[number] {
  return outcomes.find((outcome) => outcome === text) ?? 'unknown';
}

/** Deliveries with the public ids of their events. */
export async function withEventNames(
  { queries, orgId }: Pick<Context, 'queries' | 'orgId'>,
  rows: readonly DeliveryRow[],
) {
  const eventIds = rows.map((row) => row.event_id);
  const names = await eventNames(queries, orgId, eventIds);
  return rows.map((row) => ({ row, eventName: names.get(row.event_id) ?? row.event_id }));
}

/** @param eventName the event's public id */
export function showDelivery(row: DeliveryRow, eventName: string): Static<typeof Delivery> {
  return {
    id: publicId('delivery', row.id),
    event_id: eventName,
    event_type: row.event_type,
    endpoint_id: publicId('endpoint', row.endpoint_id),
    contract: row.contract,
    state: row.state,
    attempts: row.attempts,
    next_attempt_at: row.next_attempt_at?.toISOString() ?? null,
    paused: row.paused,
    last_attempt:
      row.last_outcome === null
        ? null
        : {
            outcome: outcomeOf(row.last_outcome),
            status: row.last_status,
            at: row.last_attempt_at?.toISOString() ?? null,
          },
    created_at: row.created_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
  };
}

export function showAttempt(row: AttemptRow): Static<typeof Attempt> {
  return {
    id: publicId('attempt', row.id),
    delivery_id: publicId('delivery', row.delivery_id),
    number: row.number,
    outcome: outcomeOf(row.outcome),
    error: row.error,
    request: {
      url: row.url,
      headers: row.request_headers === null ? null : JSON.parse(row.request_headers),
      body: row.body,
    },
    response:
      row.status === null
        ? null
        : {
            status: row.status,
            headers: row.response_headers === null ? {} : JSON.parse(row.response_headers),
            ...showBody(row.response_body),
            truncated: row.response_truncated,
          },
    timings_ms: row.timings === null ? null : JSON.parse(row.timings),
    started_at: row.started_at.toISOString(),
    finished_at: row.finished_at.toISOString(),
  };
}

function showBody(bytes: Uint8Array | null): { body: string; body_encoding: 'utf-8' | 'base64' } {
  const buffer = Buffer.from(bytes ?? []);
  const text = buffer.toString('utf8');
  return Buffer.from(text).equals(buffer)
    ? { body: text, body_encoding: 'utf-8' }
    : { body: buffer.toString('base64'), body_encoding: 'base64' };
}
