import { type Selectable, sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { SluiceError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import { isDuplicate } from '../../db/failures.ts';
import { newestFirst, type Page } from '../../db/page.ts';
import { getRow } from '../../db/rows.ts';
import { type AddressRules, checkUrl, contractNamed } from '../../endpoints/rules.ts';
import { getOrganization } from '../../tenants/organizations.ts';
import { requireFields, requireModels } from './declared-models.ts';
import { type Manifest, readManifest } from './manifest.ts';
import type { Tables } from './tables.ts';

export type App = Selectable<Tables['apps']>;

/** A version of an app; it never changes. */
export interface AppVersion extends Omit<Selectable<Tables['app_versions']>, 'manifest'> {
  readonly manifest: Manifest;
}

export async function createApp(
  tx: Queries,
  clock: Clock,
  orgId: string,
  input: { readonly name: string; readonly description: string | null },
): Promise<App> {
  return tx
    .insertInto('apps')
    .values({ org_id: orgId, id: newId(clock), ...input, created_at: sql<Date>`now()` })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Changes what is given. @throws {SluiceError} not_found */
export async function changeApp(
  tx: Queries,
  orgId: string,
  id: string,
  change: { readonly name?: string; readonly description?: string | null },
): Promise<App> {
  await lockApp(tx, orgId, id);
  return tx
    .updateTable('apps')
    .set(change)
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** A page of the organization's apps, newest first. */
export function listApps(queries: Queries, orgId: string, page: Page): Promise<App[]> {
  return newestFirst(queries.selectFrom('apps').selectAll().where('org_id', '=', orgId), page);
}

/** @throws {SluiceError} not_found */
export function getApp(queries: Queries, orgId: string, id: string): Promise<App> {
  return getRow(queries, 'apps', { orgId, id }, 'app');
}

/**
 * Deletes an app with its versions.
 * @throws {SluiceError} not_found, conflict (it is installed)
 */
export async function deleteApp(tx: Queries, orgId: string, id: string): Promise<void> {
  // Keeps an installation out until the app is gone.
  await lockApp(tx, orgId, id);
  const { rows: installed } =
    await sql`select 1 from installations where org_id = ${orgId} and app_id = ${id}`.execute(tx);
  if (installed.length > 0) throw new SluiceError('conflict', 'The app is installed; uninstall it first.');
  await tx.deleteFrom('apps').where('org_id', '=', orgId).where('id', '=', id).execute();
}

/**
 * Keeps an app from being deleted until the caller's transaction ends.
 * @throws {SluiceError} not_found
 */
export async function keepApp(
  tx: Queries,
  app: { readonly org_id: string; readonly id: string },
): Promise<void> {
  const { rows } =
    await sql`select 1 from apps where org_id = ${app.org_id} and id = ${app.id} for key share`.execute(tx);
  if (rows.length === 0) throw new SluiceError('not_found', 'No such app.');
}

async function lockApp(tx: Queries, orgId: string, id: string): Promise<void> {
  const { rows } = await sql`select 1 from apps where org_id = ${orgId} and id = ${id} for update`.execute(
    tx,
  );
  if (rows.length === 0) throw new SluiceError('not_found', 'No such app.');
}

/**
 * Registers a version of an app with its manifest.
 * @throws {SluiceError} not_found, missing_scope, invalid_input, forbidden_address, conflict (the version is taken)
 */
export async function createVersion(
  tx: Queries,
  addresses: AddressRules,
  app: App,
  input: { readonly version: string; readonly manifest: Manifest; readonly createdBy: string },
): Promise<AppVersion> {
  const { default_contract } = await getOrganization(tx, app.org_id);
  const contract = contractNamed(default_contract);
  const manifest = readManifest(input.manifest, (url, pointer) =>
    checkUrl(addresses, contract, url, pointer),
  );
  await requireModels(tx, app.org_id, manifest.scopes, (index) => `/scopes/${index}`);
  await requireFields(tx, app.org_id, manifest.scopes);
  // Versions are numbered, so they are registered one after another.
  await lockApp(tx, app.org_id, app.id);
  try {
    const row = await tx
      .insertInto('app_versions')
      .values({
        org_id: app.org_id,
        app_id: app.id,
        version: input.version,
        number: sql<number>`coalesce((select max(number) from app_versions where org_id = ${app.org_id} and app_id = ${app.id}), 0) + 1`,
        manifest: JSON.stringify(manifest),
        created_by: input.createdBy,
        created_at: sql<Date>`now()`,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return { ...row, manifest };
  } catch (cause) {
    if (isDuplicate(cause))
      throw new SluiceError('conflict', `The app has a version ${input.version}; versions never change.`, {
        cause,
      });
    throw cause;
  }
}

/** A page of the versions of an app, newest first. */
export async function listVersions(
  queries: Queries,
  app: App,
  { after, limit }: Page,
): Promise<AppVersion[]> {
  let query = queries
    .selectFrom('app_versions')
    .selectAll()
    .where('org_id', '=', app.org_id)
    .where('app_id', '=', app.id);
  if (after !== null) query = query.where('number', '<', Number(after));
  const rows = await query.orderBy('number', 'desc').limit(limit).execute();
  return rows.map((row) => ({ ...row, manifest: JSON.parse(row.manifest) }));
}

/** @throws {SluiceError} not_found */
export async function getVersion(
  queries: Queries,
  app: { readonly org_id: string; readonly id: string },
  version: string,
): Promise<AppVersion> {
  const row = await queries
    .selectFrom('app_versions')
    .selectAll()
    .where('org_id', '=', app.org_id)
    .where('app_id', '=', app.id)
    .where('version', '=', version)
    .executeTakeFirst();
  if (!row) throw new SluiceError('not_found', 'No such version of the app.');
  return { ...row, manifest: JSON.parse(row.manifest) };
}

/**
 * The version that another one is compared with by default: the installed one, otherwise the one registered before it;
 * `null` for the first.
 */
export async function comparedVersion(queries: Queries, version: AppVersion): Promise<AppVersion | null> {
  const { rows } = await sql<{ version: string }>`
    select coalesce(
      (select version from installations where org_id = ${version.org_id} and app_id = ${version.app_id}),
      (select version from app_versions
        where org_id = ${version.org_id} and app_id = ${version.app_id} and number < ${version.number} order by number desc limit 1)) as version`.execute(
    queries,
  );
  const name = rows[0]?.version ?? null;
  return name === null ? null : getVersion(queries, { org_id: version.org_id, id: version.app_id }, name);
}
