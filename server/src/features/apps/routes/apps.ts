import { Type } from 'typebox';
import { publicId } from '../../../base/ids.ts';
import type { AddressRules } from '../../../endpoints/rules.ts';
import { Closed, given, IdParams, OrNull, pathId, Text } from '../../../http/fields.ts';
import { listOperation } from '../../../http/list-operation.ts';
import { operation } from '../../../http/operation.ts';
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

export const list = listOperation({
  id: 'listApps',
  summary: 'List custom applications, newest first',
  group,
  item: App,
  read: ({ queries, orgId }, _input, page) => listApps(queries, orgId, page),
  position: ({ id }) => id,
  show: showApp,
});

export const create = operation({
  id: 'createApp',
  summary: 'Create a custom application',
  group,
  takes: {
    body: Closed({
      name: Name,
      description: Type.Optional(OrNull(Text(2_000))),
    }),
  },
  answers: { 201: { description: 'The app', schema: App } },
  runs: 'write',
  async handle({ queries, orgId, clock, audit }, { body }) {
    const row = await createApp(queries, clock, orgId, {
      name: body.name,
      description: body.description ?? null,
    });
    await audit({
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
  takes: { params: IdParams },
  answers: { 200: { description: 'The app', schema: App } },
  runs: 'read',
  async handle({ queries, orgId }, { params }) {
    return { status: 200, body: showApp(await getApp(queries, orgId, pathId('app', params.id))) };
  },
});

export const change = operation({
  id: 'changeApp',
  summary: 'Change the name or description of an app',
  description: 'The names of its webhooks stay what they were when those were made.',
  group,
  takes: {
    params: IdParams,
    body: Closed(
      { name: Type.Optional(Name), description: Type.Optional(OrNull(Text(2_000))) },
      { minProperties: 1 },
    ),
  },
  answers: { 200: { description: 'The app', schema: App } },
  runs: 'write',
  async handle({ queries, orgId, audit }, { params, body }) {
    const { name, description } = body;
    const row = await changeApp(queries, orgId, pathId('app', params.id), given({ name, description }));
    await audit({
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
  takes: { params: IdParams },
  answers: { 204: { description: 'Deleted' } },
  runs: 'write',
  async handle({ queries, orgId, audit }, { params }) {
    await deleteApp(queries, orgId, pathId('app', params.id));
    await audit({ action: 'app.deleted', target: params.id });
    return { status: 204 };
  },
});

export const listAppVersions = listOperation({
  id: 'listAppVersions',
  summary: 'List the versions of an app, newest first',
  group,
  params: IdParams,
  item: Version,
  async read({ queries, orgId }, { params }, page) {
    return listVersions(queries, await getApp(queries, orgId, pathId('app', params.id)), page);
  },
  position: ({ number }) => String(number),
  show: showVersion,
});

export const createAppVersion = (addresses: AddressRules) =>
  operation({
    id: 'createAppVersion',
    summary: 'Register a version of an app with its manifest',
    description:
      'A webhook on a module and model without a scope is refused with 403 `missing_scope`, which names the scope. Scopes on models that the organization does not have, and on fields that no record can have, are refused with 422. A version never changes.',
    group,
    takes: { params: IdParams, body: ManifestInput },
    answers: { 201: { description: 'The version', schema: VersionWithDifferences } },
    runs: 'write',
    async handle({ queries, orgId, actor, audit }, { params, body }) {
      const app = await getApp(queries, orgId, pathId('app', params.id));
      const manifest = {
        scopes: body.scopes.map((scope) => ({ ...scope, fields: scope.fields ?? null })),
        webhooks: body.webhooks ?? [],
      };
      const version = await createVersion(queries, addresses, app, {
        version: body.version,
        manifest,
        createdBy: actor.name,
      });
      await audit({
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
  takes: {
    params: Type.Object({ ...IdParams.properties, version: VersionName }),
    query: Closed({
      from: Type.Optional(
        Type.String({
          ...VersionName,
          description: 'The version to compare with; if left out the installed one, otherwise the one before',
        }),
      ),
    }),
  },
  answers: { 200: { description: 'The version', schema: VersionWithDifferences } },
  runs: 'read',
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
