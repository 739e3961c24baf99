import { type Selectable, sql } from 'kysely';
import { SluiceError } from '../base/errors.ts';
import type { Queries } from '../db/connect.ts';
import type { Tables } from '../db/tables.ts';
import { type KeptSchema, keptSchema } from '../schemas/kept-schema.ts';

export type EventType = Selectable<Tables['event_types']>;

/** Dot-separated lower-case words. */
export const eventTypeForm = /^[a-z0-9_]+(?:\.[a-z0-9_]+)*$/;
export const eventTypeLength = 128;

export interface EventTypeInput {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the data; `null`: any object. */
  readonly schema: object | boolean | null;
  readonly example: object | null;
}

/** Writes an entry of the catalogue, new or not. Its schema has been examined. */
export async function putEventType(
  tx: Queries,
  orgId: string,
  input: EventTypeInput,
): Promise<{ eventType: EventType; created: boolean }> {
  const [written] = await putEventTypes(tx, orgId, [input]);
  if (!written) throw new Error('An event type was not written.');
  return { eventType: written, created: written.created };
}

/**
 * Writes several entries, whose schemas have been examined. In the order of their names, so that two transactions cannot
 * wait for each other.
 */
export async function putEventTypes(
  tx: Queries,
  orgId: string,
  inputs: readonly EventTypeInput[],
): Promise<(EventType & { created: boolean })[]> {
  const sorted = [...inputs].sort((a, b) => (a.name < b.name ? -1 : 1));
  const written = await tx
    .insertInto('event_types')
    .values(
      sorted.map((input) => ({
        org_id: orgId,
        name: input.name,
        description: input.description,
        schema: input.schema === null ? null : JSON.stringify(input.schema),
        example: input.example === null ? null : JSON.stringify(input.example),
        created_at: sql<Date>`now()`,
        updated_at: sql<Date>`now()`,
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['org_id', 'name']).doUpdateSet(({ ref }) => ({
        description: ref('excluded.description'),
        schema: ref('excluded.schema'),
        example: ref('excluded.example'),
        updated_at: ref('excluded.updated_at'),
      })),
    )
    .returningAll()
    .returning(sql<boolean>`created_at = updated_at`.as('created'))
    .execute();
  await bumpVersion(tx, orgId);
  return written;
}

/** @throws {SluiceError} not_found */
export async function deleteEventType(tx: Queries, orgId: string, name: string): Promise<void> {
  const { numDeletedRows } = await tx
    .deleteFrom('event_types')
    .where('org_id', '=', orgId)
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  if (numDeletedRows === 0n) throw new SluiceError('not_found', 'No such event type.');
  await bumpVersion(tx, orgId);
}

/** By name. */
export function listEventTypes(
  queries: Queries,
  orgId: string,
  page: { after: string | null; limit: number },
): Promise<EventType[]> {
  let query = queries.selectFrom('event_types').selectAll().where('org_id', '=', orgId);
  if (page.after !== null) query = query.where('name', '>', page.after);
  return query.orderBy('name').limit(page.limit).execute();
}

/** @throws {SluiceError} not_found */
export async function getEventType(queries: Queries, orgId: string, name: string): Promise<EventType> {
  const found = await queries
    .selectFrom('event_types')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('name', '=', name)
    .executeTakeFirst();
  if (!found) throw new SluiceError('not_found', 'No such event type.');
  return found;
}

/**
 * A number that was never used before, not the next one: a list that was read inside a transaction that is then rolled
 * back must not pass for the list of a later change.
 */
async function bumpVersion(tx: Queries, orgId: string): Promise<void> {
  await sql`
    insert into event_type_versions (org_id, version) values (${orgId}, 1 + floor(random() * 9007199254740990)::bigint)
    on conflict (org_id) do update set version = excluded.version`.execute(tx);
}

/** The schemas of organizations' event types, by the organizations' ids and the types' names. */
export async function readSchemas(
  queries: Queries,
  orgIds: readonly string[],
): Promise<Map<string, Map<string, KeptSchema>>> {
  const { rows } = await sql<{ org_id: string; name: string; schema: string }>`
    select org_id, name, schema from event_types
     where org_id = any(${orgIds}::uuid[]) and schema is not null`.execute(queries);
  const byOrganization = new Map<string, Map<string, KeptSchema>>();
  for (const row of rows) {
    const schemas = byOrganization.get(row.org_id) ?? new Map<string, KeptSchema>();
    byOrganization.set(row.org_id, schemas.set(row.name, keptSchema(row.schema)));
  }
  return byOrganization;
}
