import { type Static, Type } from 'typebox';
import { publicId } from '../base/ids.ts';
import { given, IdOf, OrNull, Timestamp } from '../http/fields.ts';
import { listOperation } from '../http/list-operation.ts';
import { type Context, operation } from '../http/operation.ts';
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
      description: "Of an installation: the record scopes in the app's manifest",
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
      { description: 'Where the credential is a member’s' },
    ),
  ),
  organization: Type.Object({
    id: IdOf('organization'),
    name: Type.String(),
    slug: Type.String(),
    preset: OrNull(Type.String({ description: 'The product that the organization has adopted' })),
    time_zone: Type.String(),
  }),
});

export const me = operation({
  id: 'getMe',
  summary: 'Read your credential and its rights',
  group: 'Account',
  answers: { 200: { description: 'The credential', schema: Me } },
  runs: 'read',
  async handle({ queries, credential, orgId }) {
    if (credential === null || !('scopes' in credential))
      throw new Error('The credential is not an organization’s.');
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

function showEntry(row: Awaited<ReturnType<typeof listAudit>>[number]): Static<typeof AuditEntry> {
  return {
    id: publicId('auditEntry', row.id),
    actor: row.actor,
    action: row.action,
    target: row.target,
    ip: row.ip,
    user_agent: row.user_agent,
    details: JSON.parse(row.details),
    at: row.at.toISOString(),
  };
}

export const auditLog = listOperation({
  id: 'listAuditLog',
  summary: 'List the changes that were made, with author, address and time; newest first',
  group: 'Account',
  query: {
    action: Type.Optional(Type.String({ maxLength: 128 })),
    actor: Type.Optional(Type.String({ maxLength: 128 })),
    target: Type.Optional(Type.String({ maxLength: 200 })),
  },
  item: AuditEntry,
  read: ({ queries, orgId }, { query: { action, actor, target } }, page) =>
    listAudit(queries, orgId, given({ action, actor, target }), page),
  position: ({ id }) => id,
  show: showEntry,
});
