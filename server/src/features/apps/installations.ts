import { type Selectable, sql } from 'kysely';
import { SluiceError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import { isDuplicate } from '../../db/failures.ts';
import { newestFirst, type Page } from '../../db/page.ts';
import { lockEndpoints } from '../../endpoints/endpoints.ts';
import type { Projection } from '../../endpoints/projection.ts';
import type { Acting } from '../../life-cycle/acting.ts';
import { changeProjection } from '../../life-cycle/change.ts';
import { createEndpoint, type Setting } from '../../life-cycle/create.ts';
import { withdrawEndpoints } from '../../life-cycle/withdraw.ts';
import { getOrganization } from '../../tenants/organizations.ts';
import { type App, type AppVersion, getVersion, keepApp } from './apps.ts';
import { requireModels } from './declared-models.ts';
import {
  type Consent,
  compareManifests,
  definitionOf,
  type Manifest,
  type ManifestWebhook,
  requireConsent,
} from './manifest.ts';
import type { Tables } from './tables.ts';
import { createToken, type InstallationToken } from './tokens.ts';

type InstallationRow = Selectable<Tables['installations']>;

export interface InstallationName {
  readonly orgId: string;
  readonly id: string;
}

/** A webhook of an installation: an endpoint, and what the manifest says of it. */
export interface InstalledWebhook extends ManifestWebhook {
  readonly endpointId: string;
  /** Only in the answer that made it. */
  readonly secret?: string;
}

export interface Installation extends InstallationRow {
  readonly manifest: Manifest;
  readonly webhooks: readonly InstalledWebhook[];
}

export interface InstallRequest {
  readonly app: App;
  readonly version: AppVersion;
  readonly consent: Consent | undefined;
  /** For whom the installation's token acts; `null`: for the organization. */
  readonly memberId: string | null;
}

/**
 * Installs a version of an app: its webhooks become endpoints, and it gets its token. Publishes nothing.
 * @throws {SluiceError} not_found (the app was deleted meanwhile), consent_required, conflict (installed already),
 *   invalid_input and forbidden_address (a URL)
 */
export async function installApp(
  tx: Queries,
  setting: Setting,
  { app, version, consent, memberId }: InstallRequest,
): Promise<{ installation: Installation; token: InstallationToken; secret: string }> {
  requireConsent(compareManifests(null, version.manifest).consent, consent);
  await keepApp(tx, app);
  await requireModels(tx, app.org_id, version.manifest.scopes, () => '/version');
  const row = await insertInstallation(tx, app, {
    id: newId(setting.clock),
    version: version.version,
    by: setting.actor.name,
  });
  const { manifest } = version;
  const webhooks = await addWebhooks(tx, setting, { app, installation: row, manifest }, manifest.webhooks);
  const { token, secret } = await createToken(tx, setting.clock, row, {
    memberId,
    createdBy: setting.actor.name,
  });
  return { installation: { ...row, manifest, webhooks }, token, secret };
}

async function insertInstallation(
  tx: Queries,
  app: App,
  input: { id: string; version: string; by: string },
): Promise<InstallationRow> {
  try {
    return await tx
      .insertInto('installations')
      .values({
        org_id: app.org_id,
        id: input.id,
        app_id: app.id,
        version: input.version,
        installed_by: input.by,
        created_at: sql<Date>`now()`,
        updated_at: sql<Date>`now()`,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
  } catch (cause) {
    if (isDuplicate(cause))
      throw new SluiceError('conflict', 'The app is installed; upgrade the installation.', { cause });
    throw cause;
  }
}

/**
 * Puts another version, newer or older, in the place of the installed one, whole or not at all: webhooks that it no
 * longer defines are removed with what is queued for them, new ones are made, the others stay what they are.
 * @throws {SluiceError} not_found, consent_required, invalid_input and forbidden_address (a URL)
 */
export async function upgradeInstallation(
  tx: Queries,
  setting: Setting,
  name: InstallationName,
  { app, ...request }: Pick<InstallRequest, 'app' | 'consent'> & { readonly version: string },
): Promise<{ installation: Installation; added: number; removed: number }> {
  const row = await lockInstallation(tx, name);
  const before = (await getVersion(tx, app, row.version)).manifest;
  const after = (await getVersion(tx, app, request.version)).manifest;
  const differences = compareManifests(before, after);
  requireConsent(differences.consent, request.consent);
  await requireModels(tx, app.org_id, after.scopes, () => '/version');
  const present = await readWebhooks(tx, name);
  const stays = new Set(differences.webhooks.unchanged.map(definitionOf));
  const kept = present.filter((webhook) => stays.has(definitionOf(webhook)));
  const removed = present.filter((webhook) => !stays.has(definitionOf(webhook)));
  const endpointIds = present.map(({ endpointId }) => endpointId);
  await lockEndpoints(tx, name.orgId, endpointIds);
  await removeWebhooks(tx, setting, name, removed);
  for (const webhook of kept) {
    const projection = projectionOf(after, webhook);
    if (JSON.stringify(projection) !== JSON.stringify(projectionOf(before, webhook)))
      await changeProjection(tx, setting, { orgId: name.orgId, id: webhook.endpointId }, projection);
  }
  const owner = { app, installation: row, manifest: after };
  const added = await addWebhooks(tx, setting, owner, differences.webhooks.added);
  const changed = await tx
    .updateTable('installations')
    .set({ version: request.version, updated_at: sql<Date>`now()` })
    .where('org_id', '=', name.orgId)
    .where('id', '=', name.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return {
    installation: { ...changed, manifest: after, webhooks: [...kept, ...added] },
    added: added.length,
    removed: removed.length,
  };
}

/**
 * Takes an app out: its webhooks go with what is queued for them, its tokens stop at once. Publishes nothing.
 * @throws {SluiceError} not_found
 */
export async function uninstallApp(tx: Queries, acting: Acting, name: InstallationName): Promise<void> {
  await lockInstallation(tx, name);
  await removeWebhooks(tx, acting, name, await readWebhooks(tx, name));
  await tx.deleteFrom('installations').where('org_id', '=', name.orgId).where('id', '=', name.id).execute();
}

/** @throws {SluiceError} not_found */
export async function getInstallation(queries: Queries, name: InstallationName): Promise<Installation> {
  const row = await installationsOf(queries, name.orgId).where('id', '=', name.id).executeTakeFirst();
  if (!row) throw new SluiceError('not_found', 'No such installation.');
  return complete(queries, row);
}

/**
 * A page of the organization's installations, newest first.
 * @param appId only those of this app
 */
export async function listInstallations(
  queries: Queries,
  orgId: string,
  appId: string | undefined,
  page: Page,
): Promise<Installation[]> {
  let query = installationsOf(queries, orgId);
  if (appId !== undefined) query = query.where('app_id', '=', appId);
  const rows = await newestFirst(query, page);
  return Promise.all(rows.map((row) => complete(queries, row)));
}

function installationsOf(queries: Queries, orgId: string) {
  return queries.selectFrom('installations').selectAll().where('org_id', '=', orgId);
}

async function complete(queries: Queries, row: InstallationRow): Promise<Installation> {
  const { manifest } = await getVersion(queries, { org_id: row.org_id, id: row.app_id }, row.version);
  return { ...row, manifest, webhooks: await readWebhooks(queries, { orgId: row.org_id, id: row.id }) };
}

/** The lock makes upgrades of one installation take turns. */
async function lockInstallation(tx: Queries, name: InstallationName): Promise<InstallationRow> {
  const row = await installationsOf(tx, name.orgId).where('id', '=', name.id).forUpdate().executeTakeFirst();
  if (!row) throw new SluiceError('not_found', 'No such installation.');
  return row;
}

async function readWebhooks(queries: Queries, name: InstallationName): Promise<InstalledWebhook[]> {
  const rows = await queries
    .selectFrom('installation_webhooks')
    .selectAll()
    .where('org_id', '=', name.orgId)
    .where('installation_id', '=', name.id)
    .orderBy('endpoint_id')
    .execute();
  return rows.map((row) => {
    const webhook: ManifestWebhook = JSON.parse(row.definition);
    return { ...webhook, endpointId: row.endpoint_id };
  });
}

async function addWebhooks(
  tx: Queries,
  setting: Setting,
  owner: { readonly app: App; readonly installation: InstallationRow; readonly manifest: Manifest },
  webhooks: readonly ManifestWebhook[],
): Promise<InstalledWebhook[]> {
  const { app, installation, manifest } = owner;
  const { org_id: orgId, id } = installation;
  const { default_contract: contract } = await getOrganization(tx, orgId);
  const made: InstalledWebhook[] = [];
  for (const webhook of webhooks) {
    const { module, model, actions, url } = webhook;
    const ownedBy = { orgId, owner: { kind: 'installation', id } as const };
    const { endpoint, secret } = await createEndpoint(tx, setting, ownedBy, {
      url,
      name: `${app.name}: ${module}.${model}`,
      events: actions.map((action) => `${module}.${model}.${action}`),
      contract,
      projection: projectionOf(manifest, webhook),
    });
    await tx
      .insertInto('installation_webhooks')
      .values({
        org_id: orgId,
        installation_id: id,
        endpoint_id: endpoint.id,
        definition: JSON.stringify({ module, model, actions, url }),
      })
      .execute();
    made.push({ ...webhook, endpointId: endpoint.id, secret });
  }
  return made;
}

async function removeWebhooks(
  tx: Queries,
  acting: Acting,
  { orgId, id }: InstallationName,
  webhooks: readonly InstalledWebhook[],
): Promise<void> {
  const endpointIds = webhooks.map(({ endpointId }) => endpointId);
  await withdrawEndpoints(tx, acting, orgId, endpointIds);
  await sql`
    delete from installation_webhooks
     where org_id = ${orgId} and installation_id = ${id} and endpoint_id = any(${endpointIds}::uuid[])`.execute(
    tx,
  );
}

/** The members of a record's change: the record as it is, and as it was. */
const recordStates = ['current', 'previous'];

/** All that a webhook may be shown: what the scope on its model names. */
function projectionOf({ scopes }: Manifest, { module, model }: ManifestWebhook): Projection {
  const scope = scopes.find((candidate) => candidate.module === module && candidate.model === model);
  if (!scope) throw new Error(`A manifest was stored whose webhook on ${module}.${model} has no scope.`);
  return {
    about: `${module}.${model}`,
    objects: recordStates,
    fields: scope.fields && ['id', ...scope.fields.filter((field) => field !== 'id')],
    quiet: ['updated_at'],
  };
}
