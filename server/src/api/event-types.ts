import { type Static, Type } from 'typebox';
import { invalidInput, SluiceError } from '../base/errors.ts';
import {
  deleteEventType,
  eventTypeForm,
  eventTypeLength,
  getEventType,
  listEventTypes,
  putEventType,
  type EventType as Row,
} from '../events/event-types.ts';
import { Closed, OrNull, Text, Timestamp } from '../http/fields.ts';
import { listOperation } from '../http/list-operation.ts';
import { operation } from '../http/operation.ts';
import type { SchemaChecks } from '../schemas/checks.ts';

const AnyObject = Type.Record(Type.String(), Type.Unknown());
const JsonSchema = Type.Union([AnyObject, Type.Boolean()], {
  description: 'JSON Schema of the data, draft 2020-12 (or draft-07 where `$schema` says so)',
});

const EventType = Type.Object({
  name: Type.String({ examples: ['invoice.paid'] }),
  description: Type.String(),
  schema: OrNull(JsonSchema),
  example: OrNull(AnyObject),
  created_at: Timestamp,
  updated_at: Timestamp,
});

const NameParams = Type.Object({ name: Type.String({ minLength: 1, maxLength: 200 }) });

const Put = Closed({
  description: Type.Optional(Text(2_000, { examples: ['An invoice was paid in full'] })),
  schema: Type.Optional(OrNull(JsonSchema)),
  example: Type.Optional(OrNull(AnyObject)),
});

function show(row: Row): Static<typeof EventType> {
  return {
    name: row.name,
    description: row.description,
    schema: row.schema === null ? null : JSON.parse(row.schema),
    example: row.example === null ? null : JSON.parse(row.example),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

/** @throws {SluiceError} not_found, for a name that no event type can have */
function readName(name: string): string {
  if (!eventTypeForm.test(name)) throw new SluiceError('not_found', 'No such event type.');
  return name;
}

const group = 'Event types';

export const list = listOperation({
  id: 'listEventTypes',
  summary: 'List event types by name',
  group,
  item: EventType,
  read: ({ queries, orgId }, _input, page) => listEventTypes(queries, orgId, page),
  position: ({ name }) => name,
  show,
});

export const get = operation({
  id: 'getEventType',
  summary: 'Read an event type',
  group,
  takes: { params: NameParams },
  answers: { 200: { description: 'The event type', schema: EventType } },
  runs: 'read',
  async handle({ queries, orgId }, { params }) {
    return { status: 200, body: show(await getEventType(queries, orgId, readName(params.name))) };
  },
});

export const put = (schemas: SchemaChecks) =>
  operation({
    id: 'putEventType',
    summary: 'Create or replace an event type',
    description:
      'From then on, data of this type that breaks the schema is refused with 422, and `errors` points at the places.',
    group,
    takes: { params: NameParams, body: Put, exactMembers: [] },
    answers: {
      200: { description: 'Replaced', schema: EventType },
      201: { description: 'Created', schema: EventType },
      refusals: [429],
    },
    runs: 'write',
    async prepare({ body }, { orgId }) {
      const { schema = null, example = null } = body;
      if (schema !== null) await schemas.examine(orgId, schema, example);
    },
    async handle({ queries, orgId, audit }, { params, body }) {
      if (!eventTypeForm.test(params.name) || params.name.length > eventTypeLength) {
        throw invalidInput(
          '/name',
          `A name is dot-separated lower-case words of a-z, 0-9 and _, at most ${eventTypeLength} characters.`,
        );
      }
      const { eventType, created } = await putEventType(queries, orgId, {
        name: params.name,
        description: body.description ?? '',
        schema: body.schema ?? null,
        example: body.example ?? null,
      });
      await audit({ action: created ? 'event_type.created' : 'event_type.changed', target: params.name });
      return { status: created ? 201 : 200, body: show(eventType) };
    },
  });

export const remove = operation({
  id: 'deleteEventType',
  summary: 'Delete an event type',
  description: 'Events of the type stay; new events of the type are accepted with any data.',
  group,
  takes: { params: NameParams },
  answers: { 204: { description: 'Deleted' } },
  runs: 'write',
  async handle({ queries, orgId, audit }, { params }) {
    await deleteEventType(queries, orgId, readName(params.name));
    await audit({ action: 'event_type.deleted', target: params.name });
    return { status: 204 };
  },
});
