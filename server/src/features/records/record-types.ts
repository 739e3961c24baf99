import { type Selectable, sql } from 'kysely';
import { SluiceError } from '../../base/errors.ts';
import type { Queries } from '../../db/connect.ts';
import type { Page } from '../../db/page.ts';
import { putEventType } from '../../events/event-types.ts';
import { type KeptSchema, keptSchema } from '../../schemas/kept-schema.ts';
import type { Tables } from './tables.ts';

export type RecordType = Selectable<Tables['record_types']>;

/** The name of a record type, such as `crm` and `account`. */
export interface RecordTypeName {
  readonly module: string;
  readonly model: string;
}

export interface RecordTypeInput extends RecordTypeName {
  readonly description: string;
  /** JSON Schema of the fields, which has been examined; `null`: any fields. */
  readonly schema: object | boolean | null;
}

export const recordActions = ['create', 'update', 'delete'] as const;
export type RecordAction = (typeof recordActions)[number];

/** The event type of a change: `crm.account.update`. */
export function changeType({ module, model }: RecordTypeName, action: RecordAction): string {
  return `${module}.${model}.${action}`;
}

/**
 * Creates or replaces a record type. A new one adds its three event types to the catalogue, unless they exist. Records
 * that break a new schema do not change; they have to satisfy it from their next change on.
 */
export async function putRecordType(
  tx: Queries,
  orgId: string,
  input: RecordTypeInput,
): Promise<{ recordType: RecordType; created: boolean }> {
  const values = {
    description: input.description,
    schema: input.schema === null ? null : JSON.stringify(input.schema),
    updated_at: sql<Date>`now()`,
  };
  const earlier = await findRecordType(tx, orgId, input);
  const recordType = await tx
    .insertInto('record_types')
    .values({
      org_id: orgId,
      module: input.module,
      model: input.model,
      ...values,
      created_at: sql<Date>`now()`,
    })
    .onConflict((conflict) => conflict.columns(['org_id', 'module', 'model']).doUpdateSet(values))
    .returningAll()
    .executeTakeFirstOrThrow();
  if (!earlier) await addEventTypes(tx, orgId, input);
  return { recordType, created: !earlier };
}

const changeSchema = {
  type: 'object',
  properties: { current: { type: ['object', 'null'] }, previous: { type: ['object', 'null'] } },
  required: ['current', 'previous'],
};
const verbs = { create: 'created', update: 'changed', delete: 'deleted' } as const;

async function addEventTypes(tx: Queries, orgId: string, name: RecordTypeName): Promise<void> {
  const names = recordActions.map((action) => changeType(name, action));
  const present = await tx
    .selectFrom('event_types')
    .select('name')
    .where('org_id', '=', orgId)
    .where('name', 'in', names)
    .execute();
  for (const action of recordActions) {
    const type = changeType(name, action);
    if (present.some((row) => row.name === type)) continue;
    const description = `A record of ${name.module}.${name.model} was ${verbs[action]}`;
    await putEventType(tx, orgId, { name: type, description, schema: changeSchema, example: null });
  }
}

/** A record type; `undefined` where the organization has none of this name. */
export function findRecordType(queries: Queries, orgId: string, { module, model }: RecordTypeName) {
  return queries
    .selectFrom('record_types')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('module', '=', module)
    .where('model', '=', model)
    .executeTakeFirst();
}

/** @throws {SluiceError} not_found */
export async function getRecordType(
  queries: Queries,
  orgId: string,
  name: RecordTypeName,
): Promise<RecordType> {
  const found = await findRecordType(queries, orgId, name);
  if (!found) throw new SluiceError('not_found', 'No such record type.');
  return found;
}

/**
 * A page of the organization's record types, by module and model.
 * @param page `after`: `module.model`
 */
export function listRecordTypes(queries: Queries, orgId: string, page: Page): Promise<RecordType[]> {
  let query = queries.selectFrom('record_types').selectAll().where('org_id', '=', orgId);
  if (page.after !== null) {
    const [module = '', model = ''] = page.after.split('.');
    query = query.where(sql<boolean>`(module, model) > (${module}, ${model})`);
  }
  return query.orderBy('module').orderBy('model').limit(page.limit).execute();
}

/**
 * Deletes a record type without records. Its event types stay.
 * @throws {SluiceError} not_found; conflict, while records of the type exist
 */
export async function deleteRecordType(tx: Queries, orgId: string, name: RecordTypeName): Promise<void> {
  const condition = sql`org_id = ${orgId} and module = ${name.module} and model = ${name.model}`;
  // The lock prevents new records of the type.
  const { rows } = await sql`select 1 from record_types where ${condition} for update`.execute(tx);
  if (rows.length === 0) throw new SluiceError('not_found', 'No such record type.');
  const { rows: records } = await sql`select 1 from records where ${condition} limit 1`.execute(tx);
  if (records.length > 0)
    throw new SluiceError('conflict', 'There are records of this type; delete them first.');
  await sql`delete from record_types where ${condition}`.execute(tx);
}

/** The schema of a type's fields; `null`: any fields. */
export function fieldsSchema({ schema }: RecordType): KeptSchema | null {
  return schema === null ? null : keptSchema(schema);
}
