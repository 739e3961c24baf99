import { type Static, Type } from 'typebox';
import { publicId } from '../base/ids.ts';
import { cancelForEvent } from '../deliveries/changes.ts';
import { getEvent, listEvents, type StoredEvent, type TraceEntry, traceEvent } from '../events/events.ts';
import { eventSources } from '../events/new-event.ts';
import { judgeReplay, type ReplayParts, replayEvent } from '../events/replay.ts';
import {
  Closed,
  given,
  IdOf,
  IdParams,
  inputId,
  inputTime,
  Metadata,
  OrNull,
  Timestamp,
} from '../http/fields.ts';
import { listOperation } from '../http/list-operation.ts';
import { operation } from '../http/operation.ts';
import { showAudience } from './event-input.ts';

const Event = Type.Object({
  id: IdOf('event'),
  type: Type.String(),
  occurred_at: Timestamp,
  deliver_at: OrNull(Timestamp),
  audience: OrNull(
    Type.Object({
      members: Type.Optional(Type.Array(Type.String())),
      roles: Type.Optional(Type.Array(Type.String())),
    }),
  ),
  metadata: OrNull(Metadata),
  source: Type.Enum([...eventSources]),
  created_at: Timestamp,
});

const Trace = Type.Object({
  endpoint_id: IdOf('endpoint'),
  endpoint_name: OrNull(Type.String()),
  url: Type.String(),
  matched: Type.Boolean(),
  reason: Type.Enum([
    'matched',
    'type_not_selected',
    'endpoint_disabled',
    'endpoint_newer_than_event',
    'endpoint_changed_since',
    'not_addressed',
    'nothing_visible',
  ]),
  delivery_id: OrNull(IdOf('delivery')),
  state: OrNull(Type.String()),
  attempts: Type.Integer(),
});

const EventWithTrace = Type.Object({
  ...Event.properties,
  data: Type.Unknown({ description: 'The data, byte for byte as it was received' }),
  trace: Type.Array(Trace, {
    description: 'Why each endpoint gets the event or not; those that get it first',
  }),
  trace_complete: Type.Boolean({
    description: 'false where there are more than 200 endpoints: list deliveries by `event_id` instead',
  }),
});

function show(event: StoredEvent): Static<typeof Event> {
  return {
    id: event.external_id ?? publicId('event', event.id),
    type: event.type,
    occurred_at: event.occurred_at.toISOString(),
    deliver_at: event.deliver_at?.toISOString() ?? null,
    audience: showAudience(event.audience),
    metadata: event.metadata === null ? null : JSON.parse(event.metadata),
    source: eventSources.find((source) => source === event.source) ?? 'api',
    created_at: event.created_at.toISOString(),
  };
}

function showTrace(entry: TraceEntry): Static<typeof Trace> {
  return {
    endpoint_id: publicId('endpoint', entry.endpointId),
    endpoint_name: entry.endpointName,
    url: entry.url,
    matched: entry.reason === 'matched',
    reason: entry.reason,
    delivery_id: entry.deliveryId === null ? null : publicId('delivery', entry.deliveryId),
    state: entry.state,
    attempts: entry.attempts,
  };
}

const group = 'Events';

export const list = listOperation({
  id: 'listEvents',
  summary: 'List events, newest first',
  group,
  query: {
    type: Type.Optional(Type.String({ maxLength: 128 })),
    since: Type.Optional(Timestamp),
    until: Type.Optional(Timestamp),
    scheduled: Type.Optional(
      Type.Boolean({
        description: 'true: only events whose `deliver_at` is still to come; false: only the others',
      }),
    ),
  },
  item: Event,
  read({ queries, orgId }, { query: { type, scheduled, since, until } }, page) {
    const filter = given({
      type,
      scheduled,
      since: inputTime(since, '?since'),
      until: inputTime(until, '?until'),
    });
    return listEvents(queries, orgId, filter, page);
  },
  position: ({ id }) => id,
  show,
});

export const get = operation({
  id: 'getEvent',
  summary: 'Read an event with its data and its trace',
  group,
  takes: { params: IdParams },
  answers: { 200: { description: 'The event', schema: EventWithTrace } },
  runs: 'read',
  async handle({ queries, orgId }, { params }) {
    const event = await getEvent(queries, orgId, params.id);
    const trace = await traceEvent(queries, event);
    const rest = JSON.stringify({
      ...show(event),
      trace: trace.entries.map(showTrace),
      trace_complete: trace.complete,
    });
    // The text is put together by hand, because parsing and serializing the data would change its bytes.
    return { status: 200, text: `${rest.slice(0, -1)},"data":${event.data}}` };
  },
});

export const cancel = operation({
  id: 'cancelEvent',
  summary: 'Cancel the unfinished deliveries of an event',
  description:
    'Mainly for events that wait for their `deliver_at`. The event stays. A delivery whose request is under way is cancelled after the request, unless it succeeds. Repeating the call changes nothing.',
  group,
  takes: { params: IdParams },
  answers: {
    200: {
      description: 'Cancelled',
      schema: Type.Object({
        id: Type.String(),
        type: Type.String(),
        cancelled: Type.Integer({ description: 'Deliveries' }),
      }),
    },
  },
  runs: 'write',
  async handle({ queries, orgId, audit }, { params }) {
    const event = await getEvent(queries, orgId, params.id);
    const cancelled = await cancelForEvent(queries, orgId, event.id);
    const id = event.external_id ?? publicId('event', event.id);
    if (cancelled > 0)
      await audit({ action: 'event.cancelled', target: id, details: { deliveries: cancelled } });
    return { status: 200, body: { id, type: event.type, cancelled } };
  },
});

function readTarget({ endpoint_id: id }: { readonly endpoint_id?: string | null }): string | null {
  return typeof id === 'string' ? inputId('endpoint', id, '/endpoint_id') : null;
}

export const replay = (replaying: Omit<ReplayParts, 'clock'>) =>
  operation({
    id: 'replayEvent',
    summary: 'Deliver an event again',
    description: 'Creates new deliveries, to every endpoint that the event matches now or to one endpoint.',
    group,
    takes: {
      params: IdParams,
      body: Closed({ endpoint_id: Type.Optional(OrNull(IdOf('endpoint'))) }),
      bodyOptional: true,
    },
    answers: {
      202: {
        description: 'Accepted',
        schema: Type.Object({ id: Type.String(), type: Type.String(), deliveries: Type.Integer() }),
      },
      refusals: [429],
    },
    runs: 'write',
    prepare({ params, body }, { queries, orgId }) {
      return judgeReplay(queries, replaying, { orgId, name: params.id, endpointId: readTarget(body) });
    },
    async handle({ queries, orgId, clock, audit }, { params, body }, verdicts) {
      const wanted = { orgId, name: params.id, endpointId: readTarget(body) };
      const replayed = await replayEvent(queries, { ...replaying, clock }, wanted, verdicts);
      await audit({
        action: 'event.replayed',
        target: replayed.id,
        details: { deliveries: replayed.deliveries },
      });
      return { status: 202, body: replayed };
    },
  });
