import { sql } from 'kysely';
import { invalidInput, SluiceError } from '../../base/errors.ts';
import type { Queries } from '../../db/connect.ts';
import type { RecordScope } from '../../tenants/record-scopes.ts';
import type { Manifest } from './manifest.ts';

type ModelName = Pick<RecordScope, 'module' | 'model'>;

/**
 * Refuses scopes on models that the organization does not have; those that it has cannot be deleted until the caller's
 * transaction ends.
 * @param place where in the request a scope is named
 * @throws {SluiceError} invalid_input
 */
export async function requireModels(
  tx: Queries,
  orgId: string,
  scopes: readonly RecordScope[],
  place: (index: number) => string,
): Promise<void> {
  const present = await readSchemas(tx, orgId, scopes);
  for (const [index, scope] of scopes.entries())
    if (!present.has(nameOf(scope)))
      throw invalidInput(place(index), `The organization has no record type ${nameOf(scope)}.`);
}

/** Fields of every record: no schema has to name them. */
const everyRecord = ['id', 'created_at', 'updated_at'];

/**
 * Refuses fields that no record of the model can have. What a schema leaves open may be there one day.
 * @throws {SluiceError} invalid_input
 */
export async function requireFields(
  tx: Queries,
  orgId: string,
  scopes: readonly RecordScope[],
): Promise<void> {
  const schemas = await readSchemas(tx, orgId, scopes);
  for (const [index, scope] of scopes.entries()) {
    const schema: unknown = JSON.parse(schemas.get(nameOf(scope)) ?? 'null');
    const impossible = scope.fields?.find(
      (field) => !everyRecord.includes(field) && !isPossible(schema, field),
    );
    if (impossible !== undefined)
      throw invalidInput(
        `/scopes/${index}/fields`,
        `Records of ${nameOf(scope)} cannot have the field ${JSON.stringify(impossible)}: their schema does not allow it.`,
      );
  }
}

/** Impossible is only a field that the schema forbids by its name, or by naming all others and closing the list. */
function isPossible(schema: unknown, field: string): boolean {
  if (field === '__proto__') return false;
  if (typeof schema !== 'object' || schema === null) return true;
  const named = 'properties' in schema ? schema.properties : undefined;
  if (typeof named === 'object' && named !== null && Object.hasOwn(named, field))
    return Object.entries(named).every(([name, inner]) => name !== field || inner !== false);
  const closed = 'additionalProperties' in schema && schema.additionalProperties === false;
  return !closed || 'patternProperties' in schema;
}

async function readSchemas(
  tx: Queries,
  orgId: string,
  names: readonly ModelName[],
): Promise<Map<string, string | null>> {
  const { rows } = await sql<{ module: string; model: string; schema: string | null }>`
    select module, model, schema from record_types
     where org_id = ${orgId} and (module, model) in (
       select * from unnest(${names.map(({ module }) => module)}::text[], ${names.map(({ model }) => model)}::text[]))
     order by module, model for key share`.execute(tx);
  return new Map(rows.map((row) => [nameOf(row), row.schema]));
}

/**
 * Refuses to delete a record type that an app needs; called once it is gone for the caller's transaction.
 * @throws {SluiceError} conflict, while an installed version declares a scope on it
 */
export async function refuseWhileDeclared(tx: Queries, orgId: string, name: ModelName): Promise<void> {
  const { rows } = await sql<{ app: string; manifest: string }>`
    select app.name as app, version.manifest
      from installations installation
      join apps app on app.org_id = installation.org_id and app.id = installation.app_id
      join app_versions version on version.org_id = installation.org_id and version.app_id = installation.app_id
       and version.version = installation.version
     where installation.org_id = ${orgId}
     order by installation.id`.execute(tx);
  const user = rows.find(({ manifest }) => {
    const { scopes }: Manifest = JSON.parse(manifest);
    return scopes.some((scope) => nameOf(scope) === nameOf(name));
  });
  if (user)
    throw new SluiceError(
      'conflict',
      `The installed version of the app "${user.app}" declares a scope on ${nameOf(name)}; upgrade or uninstall it first.`,
    );
}

function nameOf({ module, model }: ModelName): string {
  return `${module}.${model}`;
}
