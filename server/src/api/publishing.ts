import { scanJson } from '@sluice/contracts';
import { type Static, Type } from 'typebox';
import { invalidInput } from '../base/errors.ts';
import type { AcceptedEvent, NewEvent } from '../events/new-event.ts';
import type { Publisher } from '../events/publisher.ts';
import { Closed, inputTime, Metadata, OrNull, Timestamp } from '../http/fields.ts';
import { type Context, operation } from '../http/operation.ts';
import {
  AudienceInput,
  cutData,
  dataLimit,
  EventData,
  EventTypeName,
  memberBytes,
  readAudience,
} from './event-input.ts';

const batchLimit = 500;
const furthestDays = 365;

const EventInput = Closed({
  type: EventTypeName,
  data: EventData,
  id: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9._:~-]{1,128}$',
      description:
        'Your own id for the event. The same id again with the same content answers the first event; with another content it is a conflict',
    }),
  ),
  occurred_at: Type.Optional(OrNull(Timestamp)),
  deliver_at: Type.Optional(
    Type.Union([Timestamp, Type.Null()], {
      description: `Not before this time; at most ${furthestDays} days ahead`,
    }),
  ),
  audience: Type.Optional(OrNull(AudienceInput)),
  metadata: Type.Optional(OrNull(Metadata)),
});

const Accepted = Type.Object({
  id: Type.String({ description: 'Your own id, if you gave one' }),
  type: Type.String(),
  deliveries: Type.Integer({ description: 'Endpoints that it goes to' }),
});

const group = 'Events';

export const publish = (publisher: Publisher) =>
  operation({
    id: 'publishEvent',
    summary: 'Publish an event',
    description: 'Answered only after the event and its deliveries are committed.',
    group,
    takes: { body: EventInput, bodyLimit: dataLimit + 65_536 },
    answers: { 202: { description: 'Accepted', schema: Accepted }, refusals: [429] },
    runs: 'direct',
    handle: (context, { body, raw }) =>
      accept(
        publisher,
        context,
        [readEvent(context, body, raw, '')],
        () => '',
        (accepted) => accepted[0] ?? null,
      ),
  });

export const publishBatch = (publisher: Publisher) =>
  operation({
    id: 'publishEvents',
    summary: 'Publish up to 500 events, all or none',
    group,
    takes: {
      body: Closed({ events: Type.Array(EventInput, { minItems: 1, maxItems: batchLimit }) }),
      bodyLimit: 10_485_760,
    },
    answers: {
      202: {
        description: 'Accepted, in the order of the request',
        schema: Type.Object({ data: Type.Array(Accepted) }),
      },
      refusals: [429],
    },
    runs: 'direct',
    handle(context, { body, raw }) {
      const list = memberBytes(raw, 'events');
      const scanned = scanJson(list);
      const items = scanned.ok ? scanned.items : [];
      const events = body.events.map((event, index) => {
        const item = items[index];
        if (!item) throw new Error('The body was read twice and differed.');
        return readEvent(context, event, list.subarray(item.valueStart, item.valueEnd), `/events/${index}`);
      });
      refuseRepeatedIds(events);
      return accept(
        publisher,
        context,
        events,
        (index) => `/events/${index}`,
        (accepted) => ({ data: accepted }),
      );
    },
  });

async function accept(
  publisher: Publisher,
  context: Context,
  events: readonly NewEvent[],
  pointer: (index: number) => string,
  answerOf: (accepted: readonly AcceptedEvent[]) => unknown,
) {
  const published = await publisher.publish({
    orgId: context.orgId,
    events,
    idempotency: context.idempotency,
    pointer,
    answer: (accepted) => ({ status: 202, body: JSON.stringify(answerOf(accepted)) }),
    reauthenticate: context.reauthenticate,
  });
  return {
    status: published.status,
    text: published.body,
    ...(published.replayed ? { headers: { 'idempotent-replay': 'true' } } : {}),
  };
}

/** Takes the data's exact bytes, and checks what the schema can't say. */
function readEvent(
  { clock }: Context,
  event: Static<typeof EventInput>,
  bytes: Uint8Array,
  pointer: string,
): NewEvent {
  const deliverAt = event.deliver_at ? inputTime(event.deliver_at, `${pointer}/deliver_at`) : null;
  if (deliverAt !== null && deliverAt.getTime() > clock.now() + furthestDays * 86_400_000) {
    throw invalidInput(`${pointer}/deliver_at`, `This is more than ${furthestDays} days ahead.`);
  }
  return {
    type: event.type,
    data: cutData(bytes, pointer),
    externalId: event.id ?? null,
    occurredAt: event.occurred_at ? inputTime(event.occurred_at, `${pointer}/occurred_at`) : null,
    deliverAt,
    audience: event.audience ? readAudience(event.audience, pointer) : null,
    metadata: event.metadata ? JSON.stringify(event.metadata) : null,
    source: 'api',
  };
}

function refuseRepeatedIds(events: readonly NewEvent[]): void {
  const seen = new Set<string>();
  for (const [index, { externalId }] of events.entries()) {
    if (externalId == null) continue;
    if (seen.has(externalId))
      throw invalidInput(`/events/${index}/id`, 'Another event of this batch has the same id.');
    seen.add(externalId);
  }
}
