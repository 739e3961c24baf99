import { type Static, Type } from 'typebox';
import { publicId } from '../base/ids.ts';
import { sessionOf } from '../http/credential.ts';
import { Closed, IdOf, IdParams, OrNull, pathId, Timestamp } from '../http/fields.ts';
import { listOperation } from '../http/list-operation.ts';
import { operation } from '../http/operation.ts';
import { lockMember } from '../tenants/members.ts';
import { endSession, endSessions, listSessions, type Session as Row } from '../tenants/sessions.ts';
import { type SignedIn, signInByLink, signInByPassword } from '../tenants/sign-in.ts';
import { withdrawSignInLinks } from '../tenants/sign-in-links.ts';

const Session = Type.Object({
  id: IdOf('session'),
  member_id: IdOf('member'),
  current: Type.Boolean({ description: 'Whether it is the session of this request' }),
  signed_in_by: Type.Enum(['link', 'password']),
  ip: OrNull(Type.String({ description: 'The address at sign-in' })),
  user_agent: OrNull(Type.String()),
  created_at: Timestamp,
  last_used_at: Timestamp,
  ends_at: Timestamp,
});

function show(row: Row, current: string): Static<typeof Session> {
  return {
    id: publicId('session', row.id),
    member_id: publicId('member', row.member_id),
    current: row.id === current,
    signed_in_by: row.signed_in_by,
    ip: row.ip,
    user_agent: row.user_agent,
    created_at: row.created_at.toISOString(),
    last_used_at: row.last_used_at.toISOString(),
    ends_at: row.ends_at.toISOString(),
  };
}

const group = 'Sign-in';

export const create = operation({
  id: 'createSession',
  summary: 'Sign in, by a one-time link or by a password',
  description:
    'The answer sets an HttpOnly cookie. A session ends 14 days after its last use, at the latest 90 days after it began.',
  group,
  takes: {
    body: Type.Union([
      Closed({
        link: Type.String({
          minLength: 1,
          maxLength: 512,
          description: 'The part of a sign-in link after the `#`',
          examples: ['mbr_link_…'],
        }),
      }),
      Closed({
        organization: Type.String({
          minLength: 1,
          maxLength: 63,
          description: 'Its slug',
          examples: ['acme'],
        }),
        email: Type.String({ minLength: 1, maxLength: 254 }),
        password: Type.String({ minLength: 1, maxLength: 1024 }),
      }),
    ]),
  },
  answers: { 201: { description: 'The session', schema: Session }, refusals: [429] },
  // Not in one transaction, because refused attempts count too.
  runs: { mode: 'direct', repeatable: false },
  async handle({ queries, clock, actor }, { body }) {
    const { session, secret }: SignedIn =
      'link' in body
        ? await signInByLink(queries, clock, body.link, actor)
        : await signInByPassword(queries, clock, { slug: body.organization, ...body }, actor);
    return { status: 201, body: show(session, session.id), session: secret };
  },
});

export const list = listOperation({
  id: 'listSessions',
  summary: 'List the sessions of the signed-in member, newest first',
  group,
  item: Session,
  read: (context, _input, page) =>
    listSessions(context.queries, context.orgId, sessionOf(context).memberId, page),
  position: ({ id }) => id,
  show: (row, context) => show(row, sessionOf(context).sessionId),
});

export const end = operation({
  id: 'endSession',
  summary: 'End a session of the signed-in member at once',
  group,
  takes: { params: IdParams },
  answers: { 204: { description: 'Ended' } },
  runs: 'write',
  async handle(context, { params }) {
    const { queries, orgId, audit } = context;
    const { memberId, sessionId } = sessionOf(context);
    const id = pathId('session', params.id);
    await endSession(queries, orgId, memberId, id);
    await audit({ action: 'session.ended', target: params.id });
    return { status: 204, ...(id === sessionId && { session: null }) };
  },
});

export const signOut = operation({
  id: 'signOut',
  summary: 'Sign out',
  group,
  answers: { 204: { description: 'Signed out' } },
  runs: 'write',
  async handle(context) {
    const { queries, orgId, audit } = context;
    const { memberId, sessionId } = sessionOf(context);
    await endSession(queries, orgId, memberId, sessionId);
    await audit({ action: 'session.ended', target: publicId('session', sessionId) });
    return { status: 204, session: null };
  },
});

export const endAll = operation({
  id: 'endSessionsOfMember',
  summary: 'Sign a member out everywhere, at once',
  description: 'Unused sign-in links are withdrawn too.',
  group,
  takes: { params: IdParams },
  answers: { 204: { description: 'Signed out' } },
  runs: 'write',
  async handle({ queries, orgId, audit }, { params }) {
    const member = await lockMember(queries, orgId, pathId('member', params.id));
    await withdrawSignInLinks(queries, orgId, member.id);
    const sessions = await endSessions(queries, orgId, member.id);
    await audit({ action: 'member.signed_out', target: params.id, details: { sessions } });
    return { status: 204 };
  },
});
