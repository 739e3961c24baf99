import { Type } from 'typebox';
import { publicId } from '../../../base/ids.ts';
import { given, IdParams, OrNull, pathId, Text } from '../../../http/fields.ts';
import { operation } from '../../../http/operation.ts';
import { PageOf, PageQuery, pageOf, readCursor } from '../../../http/page.ts';
import { recordAudit } from '../../../tenants/audit.ts';
import {
  changeApp,
  comparedVersion,
  createApp,
  createVersion,
  deleteApp,
  getApp,
  getVersion,
  listApps,
  listVersions,
} from '../apps.ts';
import { compareManifests } from '../manifest.ts';
import {
  App,
  ManifestInput,
  showApp,
  showDifferences,
  showVersion,
  Version,
  VersionName,
  VersionWithDifferences,
} from './view.ts';

const group = 'Apps';
const Name = Text(200, { minLength: 1, examples: ['Account sync'] });

export const list = operation({
  id: 'listApps',
  summary: 'List custom applications, newest first',
  group,
  mode: 'read',
  query: PageQuery,
  answers: { 200: { description: 'A page', schema: PageOf(App) } },
  async handle({ queries, services, orgId }, { query }) {
    const name = { sealer: services.sealer, list: 'apps', orgId };
    const rows = await listApps(queries, orgId, {
      before: readCursor(name, query.cursor),
      limit: query.limit + 1,
    });
    return { status: 200, body: pageOf(name, rows, query.limit, (row) => row.id, showApp) };
  },
});

export const create = operation({
  id: 'createApp',
  summary: 'Create a custom application',
  group,
  mode: 'write',
  body: Type.Object(
    {
      name: Name,
      description: Type.Optional(OrNull(Text(2_000))),
    },
    { additionalProperties: false },
  ),
  answers: { 201: { description: 'The app', schema: App } },
  async handle({ queries, services, orgId, actor }, { body }) {
    const row = await createApp(queries, services.clock, orgId, {
      name: body.name,
      description: body.description ?? null,
    });
    await recordAudit(queries, services.clock, orgId, actor, {
      action: 'app.created',
      target: publicId('app', row.id),
      details: { name: row.name },
    });
    return { status: 201, body: showApp(row) };
  },
});

export const get = operation({
  id: 'getApp',
  summary: 'Read an app',
  group,
  mode: 'read',
  params: IdParams,
  answers: { 200: { description: 'The app', schema: App } },
  async handle({ queries, orgId }, { params }) {
    return { status: 200, body: showApp(await getApp(queries, orgId, pathId('app', params.id))) };
  },
});

export const change = operation({
  id: 'changeApp',
  summary: 'Change the name or description of an app',
  description: 'The names of its webhooks stay what they were when those were made.',
  group,
  mode: 'write',
  params: IdParams,
  body: Type.Object(
    { name: Type.Optional(Name), description: Type.Optional(OrNull(Text(2_000))) },
    { additionalProperties: false, minProperties: 1 },
  ),
  answers: { 200: { description: 'The app', schema: App } },
  async handle({ queries, services, orgId, actor }, { params, body }) {
    const { name, description } = body;
    const row = await changeApp(queries, orgId, pathId('app', params.id), given({ name, description }));
    await recordAudit(queries, services.clock, orgId, actor, {
      action: 'app.changed',
      target: params.id,
      details: { changed: Object.keys(body) },
    });
    return { status: 200, body: showApp(row) };
  },
});

export const remove = operation({
  id: 'deleteApp',
  summary: 'Delete an app that is not installed',
  group,
  mode: 'write',
  params: IdParams,
  answers: { 204: { description: 'Deleted' } },
  async handle({ queries, services, orgId, actor }, { params }) {
    await deleteApp(queries, orgId, pathId('app', params.id));
    await recordAudit(queries, services.clock, orgId, actor, { action: 'app.deleted', target: params.id });
    return { status: 204 };
  },
});

export const listAppVersions = operation({
  id: 'listAppVersions',
  summary: 'List the versions of an app, newest first',
  group,
  mode: 'read',
  params: IdParams,
  query: PageQuery,
  answers: { 200: { description: 'A page', schema: PageOf(Version) } },
  async handle({ queries, services, orgId }, { params, query }) {
    const app = await getApp(queries, orgId, pathId('app', params.id));
    const name = { sealer: services.sealer, list: `app_versions ${app.id}`, orgId };
    const position = readCursor(name, query.cursor);
    const rows = await listVersions(queries, app, {
      before: position === null ? null : Number(position),
      limit: query.limit + 1,
    });
    return { status: 200, body: pageOf(name, rows, query.limit, (row) => String(row.number), showVersion) };
  },
});

export const createAppVersion = operation({
  id: 'createAppVersion',
  summary: 'Register a version of an app with its manifest',
  description:
    'A webhook on a module and model without a scope is refused with 403 `missing_scope`, which names the scope. Scopes on models that the organization does not have, and on fields that no record can have, are refused with 422. A version never changes.',
  group,
  mode: 'write',
  params: IdParams,
  body: ManifestInput,
  answers: { 201: { description: 'The version', schema: VersionWithDifferences } },
  async handle({ queries, services, orgId, actor }, { params, body }) {
    const app = await getApp(queries, orgId, pathId('app', params.id));
    const manifest = {
      scopes: body.scopes.map((scope) => ({ ...scope, fields: scope.fields ?? null })),
      webhooks: body.webhooks ?? [],
    };
    const version = await createVersion(queries, services, app, {
      version: body.version,
      manifest,
      createdBy: actor.name,
    });
    await recordAudit(queries, services.clock, orgId, actor, {
      action: 'app.version_created',
      target: params.id,
      details: { version: body.version },
    });
    const before = await comparedVersion(queries, version);
    const differences = compareManifests(before?.manifest ?? null, version.manifest);
    return {
      status: 201,
      body: { ...showVersion(version), differences: showDifferences(before?.version ?? null, differences) },
    };
  },
});

export const getAppVersion = operation({
  id: 'getAppVersion',
  summary: 'Read a version of an app, and how it differs from another one',
  group,
  mode: 'read',
  params: Type.Object({ ...IdParams.properties, version: VersionName }),
  query: Type.Object(
    {
      from: Type.Optional(
        Type.String({
          ...VersionName,
          description: 'The version to compare with; if left out the installed one, otherwise the one before',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  answers: { 200: { description: 'The version', schema: VersionWithDifferences } },
  async handle({ queries, orgId }, { params, query }) {
    const app = await getApp(queries, orgId, pathId('app', params.id));
    const version = await getVersion(queries, app, params.version);
    const before =
      query.from === undefined
        ? await comparedVersion(queries, version)
        : await getVersion(queries, app, query.from);
    const differences = compareManifests(before?.manifest ?? null, version.manifest);
    return {
      status: 200,
      body: { ...showVersion(version), differences: showDifferences(before?.version ?? null, differences) },
    };
  },
});
