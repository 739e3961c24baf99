import { Type } from 'typebox';
import { publicId } from '../base/ids.ts';
import { given, IdOf, OrNull, Timestamp } from '../http/fields.ts';
import { type Context, operation } from '../http/operation.ts';
import { PageOf, PageQuery, pageOf, readCursor } from '../http/page.ts';
import { listAudit } from '../tenants/audit.ts';
import { getMember, roles } from '../tenants/members.ts';
import { getOrganization } from '../tenants/organizations.ts';
import { readPasswordHash } from '../tenants/passwords.ts';
import { scopeName } from '../tenants/record-scopes.ts';

const Me = Type.Object({
  kind: Type.Enum(['key', 'member', 'installation']),
  id: Type.String(),
  name: Type.String(),
  scopes: Type.Array(Type.String()),
  record_scopes: Type.Optional(
    Type.Array(Type.String(), {
      description: "What an installation's manifest declares",
      examples: [['crm.account:read']],
    }),
  ),
  acts_for: Type.Optional(OrNull(IdOf('member'))),
  member: Type.Optional(
    Type.Object(
      {
        id: IdOf('member'),
        email: Type.String(),
        role: Type.Enum([...roles]),
        has_password: Type.Boolean(),
        session_id: OrNull(IdOf('session')),
      },
      { description: 'Where a member asks' },
    ),
  ),
  organization: Type.Object({
    id: IdOf('organization'),
    name: Type.String(),
    slug: Type.String(),
    preset: OrNull(Type.String({ description: 'The product that it adopted' })),
    time_zone: Type.String(),
  }),
});

export const me = operation({
  id: 'getMe',
  summary: 'Who am I, and what may I do',
  group: 'Account',
  answers: { 200: { description: 'The credential', schema: Me } },
  runs: 'read',
  async handle({ queries, credential, orgId }) {
    if (credential === null || !('scopes' in credential))
      throw new Error('Only credentials of organizations come here.');
    const organization = await getOrganization(queries, orgId);
    return {
      status: 200,
      body: {
        kind: credential.kind,
        id: credential.id,
        name: credential.name,
        scopes: credential.scopes,
        ...(credential.kind === 'installation' && {
          record_scopes: credential.recordScopes.map(scopeName),
          acts_for: credential.actsFor && publicId('member', credential.actsFor.memberId),
        }),
        ...(credential.kind === 'member' && { member: await showMember(queries, credential) }),
        organization: {
          id: publicId('organization', organization.id),
          name: organization.name,
          slug: organization.slug,
          preset: organization.preset,
          time_zone: organization.time_zone,
        },
      },
    };
  },
});

async function showMember(
  queries: Context['queries'],
  { orgId, memberId, sessionId }: Extract<Context['credential'], { kind: 'member' }>,
) {
  const { id, email, role } = await getMember(queries, orgId, memberId);
  return {
    id: publicId('member', id),
    email,
    role,
    has_password: (await readPasswordHash(queries, orgId, id)) !== null,
    session_id: sessionId === null ? null : publicId('session', sessionId),
  };
}

const AuditEntry = Type.Object({
  id: IdOf('auditEntry'),
  actor: Type.String(),
  action: Type.String(),
  target: Type.String(),
  ip: OrNull(Type.String()),
  user_agent: OrNull(Type.String()),
  details: Type.Record(Type.String(), Type.Unknown()),
  at: Timestamp,
});

export const auditLog = operation({
  id: 'listAuditLog',
  summary: 'Who did what, from where and when; newest first',
  group: 'Account',
  takes: {
    query: Type.Object(
      {
        ...PageQuery.properties,
        action: Type.Optional(Type.String({ maxLength: 128 })),
        actor: Type.Optional(Type.String({ maxLength: 128 })),
        target: Type.Optional(Type.String({ maxLength: 200 })),
      },
      { additionalProperties: false },
    ),
  },
  answers: { 200: { description: 'A page', schema: PageOf(AuditEntry) } },
  runs: 'read',
  async handle({ queries, orgId, sealer }, { query }) {
    const name = { sealer, list: 'audit', orgId };
    const filter = given({ action: query.action, actor: query.actor, target: query.target });
    const rows = await listAudit(queries, orgId, filter, {
      before: readCursor(name, query.cursor),
      limit: query.limit + 1,
    });
    return {
      status: 200,
      body: pageOf(
        name,
        rows,
        query.limit,
        (row) => row.id,
        (row) => ({
          id: publicId('auditEntry', row.id),
          actor: row.actor,
          action: row.action,
          target: row.target,
          ip: row.ip,
          user_agent: row.user_agent,
          details: JSON.parse(row.details),
          at: row.at.toISOString(),
        }),
      ),
    };
  },
});
