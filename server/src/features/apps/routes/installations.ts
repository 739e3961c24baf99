import { Type } from 'typebox';
import { invalidInput, SluiceError } from '../../../base/errors.ts';
import { publicId } from '../../../base/ids.ts';
import { heldScopes } from '../../../http/credential.ts';
import { Closed, IdOf, IdParams, inputId, pathId } from '../../../http/fields.ts';
import { listOperation } from '../../../http/list-operation.ts';
import { type Context, operation } from '../../../http/operation.ts';
import type { EndpointRules } from '../../../life-cycle/create.ts';
import { getMember } from '../../../tenants/members.ts';
import { covers } from '../../../tenants/scopes.ts';
import { getApp, getVersion } from '../apps.ts';
import {
  getInstallation,
  installApp,
  listInstallations,
  uninstallApp,
  upgradeInstallation,
} from '../installations.ts';
import type { Manifest } from '../manifest.ts';
import { createToken, listTokens, revokeToken, routeScopes } from '../tokens.ts';
import {
  Installation,
  InstallationWithSecrets,
  NewInstallation,
  NewToken,
  showInstallation,
  showToken,
  Token,
  VersionName,
} from './view.ts';

const consent = Type.Optional(
  Type.Union([Type.Boolean(), Type.Array(Type.String({ maxLength: 65_536 }), { maxItems: 100 })], {
    description:
      "An administrator's consent: `true` to everything that the version asks for, or the names of the scopes. Without it, the answer is 409 `consent_required` and lists them",
    examples: [true, ['crm.account:read(email,name)']],
  }),
);
const version = Type.String({ ...VersionName, description: 'A registered version of the app' });
const memberId = Type.Optional(
  Type.Union([IdOf('member'), Type.Null()], {
    description:
      'The member that the token acts for, and whose access rights bound it; if left out the member whose token is used, otherwise no member',
  }),
);

/** The member that a token is to act for; `null`: the organization. */
async function actsFor(
  { queries, orgId, credential }: Context,
  given: string | null | undefined,
): Promise<string | null> {
  if (given === null) return actsForOrganization(credential?.kind === 'member');
  if (given === undefined) return credential?.kind === 'member' ? credential.memberId : null;
  return (await getMember(queries, orgId, inputId('member', given, '/member_id'))).id;
}

/** @throws {SluiceError} invalid_input, when a member asks for it: a member cannot hand out more than a member has */
function actsForOrganization(byMember: boolean): null {
  if (byMember) throw invalidInput('/member_id', 'Issued by a member, a token acts for a member.');
  return null;
}

/** @throws {SluiceError} missing_scope, for an app that may do more than the caller */
function checkGrant({ credential }: Context, manifest: Manifest): void {
  const beyond = routeScopes(manifest.scopes).find((scope) => !covers(heldScopes(credential), scope));
  if (beyond === undefined) return;
  throw new SluiceError('missing_scope', `The app needs ${beyond}, which you do not hold.`, {
    errors: [{ pointer: 'header:Authorization', detail: beyond }],
  });
}

const group = 'Apps';

export const install = (rules: EndpointRules) =>
  operation({
    id: 'installApp',
    summary: 'Install a version of an app',
    description:
      'Its webhooks become endpoints, and it gets its token. No webhook tells of installing, upgrading or uninstalling. The secrets are in this answer and in no other.',
    group,
    takes: {
      params: IdParams,
      body: Closed({ version, consent, member_id: memberId }),
    },
    answers: { 201: { description: 'The installation with its secrets', schema: NewInstallation } },
    runs: 'write',
    async admit(context, { params, body }) {
      const app = await getApp(context.queries, context.orgId, pathId('app', params.id));
      checkGrant(context, (await getVersion(context.queries, app, body.version)).manifest);
    },
    async handle(context, { params, body }) {
      const { queries, orgId } = context;
      const app = await getApp(queries, orgId, pathId('app', params.id));
      const version = await getVersion(queries, app, body.version);
      checkGrant(context, version.manifest);
      const installed = await installApp(
        queries,
        { ...context, ...rules },
        {
          app,
          version,
          consent: body.consent,
          memberId: await actsFor(context, body.member_id),
        },
      );
      const shown = showInstallation(installed.installation);
      await context.audit({
        action: 'app.installed',
        target: params.id,
        details: { version: body.version, scopes: shown.scopes },
      });
      const token = { ...showToken(installed.token), secret: installed.secret };
      return { status: 201, body: { ...shown, token } };
    },
  });

export const upgrade = (rules: EndpointRules) =>
  operation({
    id: 'upgradeInstallation',
    summary: 'Put another version in the place of the installed one',
    description:
      'Whole or not at all: webhooks that are no longer defined are removed and what is queued for them is cancelled, new ones are made and have their secret in this answer, unchanged ones keep identity, secret and history.',
    group,
    takes: { params: IdParams, body: Closed({ version, consent }) },
    answers: { 200: { description: 'The installation', schema: InstallationWithSecrets } },
    runs: 'write',
    async admit(context, { params, body }) {
      const { queries, orgId } = context;
      const { app_id } = await getInstallation(queries, { orgId, id: pathId('installation', params.id) });
      checkGrant(
        context,
        (await getVersion(queries, await getApp(queries, orgId, app_id), body.version)).manifest,
      );
    },
    async handle(context, { params, body }) {
      const { queries, orgId } = context;
      const name = { orgId, id: pathId('installation', params.id) };
      const before = await getInstallation(queries, name);
      const app = await getApp(queries, orgId, before.app_id);
      checkGrant(context, (await getVersion(queries, app, body.version)).manifest);
      const { installation, added, removed } = await upgradeInstallation(
        queries,
        { ...context, ...rules },
        name,
        { app, version: body.version, consent: body.consent },
      );
      await context.audit({
        action: 'app.upgraded',
        target: publicId('app', app.id),
        details: {
          version: body.version,
          added,
          removed,
        },
      });
      return { status: 200, body: showInstallation(installation) };
    },
  });

export const uninstall = operation({
  id: 'uninstallApp',
  summary: 'Uninstall an app',
  description: 'Its webhooks are removed, what is queued for them is cancelled, and its tokens stop at once.',
  group,
  takes: { params: IdParams },
  answers: { 204: { description: 'Uninstalled' } },
  runs: 'write',
  async handle(context, { params }) {
    const name = { orgId: context.orgId, id: pathId('installation', params.id) };
    const { app_id } = await getInstallation(context.queries, name);
    await uninstallApp(context.queries, context, name);
    await context.audit({ action: 'app.uninstalled', target: publicId('app', app_id) });
    return { status: 204 };
  },
});

export const list = listOperation({
  id: 'listInstallations',
  summary: 'List installed apps, newest first',
  group,
  query: { app_id: Type.Optional(IdOf('app')) },
  item: Installation,
  read: ({ queries, orgId }, { query }, page) =>
    listInstallations(queries, orgId, inputId('app', query.app_id, '?app_id'), page),
  position: ({ id }) => id,
  show: showInstallation,
});

export const get = operation({
  id: 'getInstallation',
  summary: 'Read an installation',
  group,
  takes: { params: IdParams },
  answers: { 200: { description: 'The installation', schema: Installation } },
  runs: 'read',
  async handle({ queries, orgId }, { params }) {
    const installation = await getInstallation(queries, { orgId, id: pathId('installation', params.id) });
    return { status: 200, body: showInstallation(installation) };
  },
});

export const tokens = listOperation({
  id: 'listInstallationTokens',
  summary: 'List the tokens of an installation, newest first',
  group,
  params: IdParams,
  item: Token,
  async read({ queries, orgId }, { params }, page) {
    const name = { orgId, id: pathId('installation', params.id) };
    return listTokens(queries, await getInstallation(queries, name), page);
  },
  position: ({ id }) => id,
  show: showToken,
});

export const issueToken = operation({
  id: 'createInstallationToken',
  summary: 'Issue a further token for an installation, mostly for another member',
  group,
  takes: {
    params: IdParams,
    body: Closed({ member_id: memberId }),
    bodyOptional: true,
  },
  answers: { 201: { description: 'The token with its secret', schema: NewToken } },
  runs: 'write',
  async admit(context, { params }) {
    const name = { orgId: context.orgId, id: pathId('installation', params.id) };
    checkGrant(context, (await getInstallation(context.queries, name)).manifest);
  },
  async handle(context, { params, body }) {
    const { queries, orgId, actor, clock } = context;
    const installation = await getInstallation(queries, { orgId, id: pathId('installation', params.id) });
    checkGrant(context, installation.manifest);
    const { token, secret } = await createToken(queries, clock, installation, {
      memberId: await actsFor(context, body.member_id),
      createdBy: actor.name,
    });
    const shown = showToken(token);
    await context.audit({
      action: 'app.token_issued',
      target: params.id,
      details: { token: shown.id, member: shown.member_id },
    });
    return { status: 201, body: { ...shown, secret } };
  },
});

export const removeToken = operation({
  id: 'revokeInstallationToken',
  summary: 'Revoke a token of an installation at once',
  group,
  takes: { params: Type.Object({ ...IdParams.properties, token_id: IdParams.properties.id }) },
  answers: { 204: { description: 'Revoked' } },
  runs: 'write',
  async handle(context, { params }) {
    const { queries, orgId } = context;
    const installation = await getInstallation(queries, { orgId, id: pathId('installation', params.id) });
    await revokeToken(queries, installation, pathId('installationToken', params.token_id));
    await context.audit({
      action: 'app.token_revoked',
      target: params.id,
      details: { token: params.token_id },
    });
    return { status: 204 };
  },
});
