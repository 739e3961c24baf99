import { type Static, Type } from 'typebox';
import { publicId } from '../base/ids.ts';
import { sessionOf } from '../http/credential.ts';
import { IdOf, IdParams, OrNull, pathId, Timestamp } from '../http/fields.ts';
import { operation } from '../http/operation.ts';
import { PageOf, PageQuery, pageOf, readCursor } from '../http/page.ts';
import { lockMember } from '../tenants/members.ts';
import { endSession, endSessions, listSessions, type Session as Row } from '../tenants/sessions.ts';
import { type SignedIn, signInByLink, signInByPassword } from '../tenants/sign-in.ts';
import { withdrawSignInLinks } from '../tenants/sign-in-links.ts';

const Session = Type.Object({
  id: IdOf('session'),
  member_id: IdOf('member'),
  current: Type.Boolean({ description: 'Whether it is the one that asks' }),
  signed_in_by: Type.Enum(['link', 'password']),
  ip: OrNull(Type.String({ description: 'Where the member signed in' })),
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
    'The answer sets an HttpOnly cookie that browsers send along from then on. A session ends 14 days after its last use, at most 90 days after it began.',
  group,
  takes: {
    body: Type.Union([
      Type.Object(
        {
          link: Type.String({
            minLength: 1,
            maxLength: 512,
            description: 'What a sign-in link has behind the `#`',
            examples: ['mbr_link_…'],
          }),
        },
        { additionalProperties: false },
      ),
      Type.Object(
        {
          organization: Type.String({
            minLength: 1,
            maxLength: 63,
            description: 'Its slug',
            examples: ['acme'],
          }),
          email: Type.String({ minLength: 1, maxLength: 254 }),
          password: Type.String({ minLength: 1, maxLength: 1024 }),
        },
        { additionalProperties: false },
      ),
    ]),
  },
  answers: { 201: { description: 'The session', schema: Session }, refusals: [429] },
  // By itself: an attempt that is refused counts all the same.
  runs: { mode: 'direct', repeatable: false },
  async handle({ queries, clock, actor }, { body }) {
    const { session, secret }: SignedIn =
      'link' in body
        ? await signInByLink(queries, clock, body.link, actor)
        : await signInByPassword(queries, clock, { slug: body.organization, ...body }, actor);
    return { status: 201, body: show(session, session.id), session: secret };
  },
});

export const list = operation({
  id: 'listSessions',
  summary: 'List the sessions of the member who is signed in, newest first',
  group,
  takes: { query: PageQuery },
  answers: { 200: { description: 'A page', schema: PageOf(Session) } },
  runs: 'read',
  async handle(context, { query }) {
    const { queries, orgId, sealer } = context;
    const { memberId, sessionId } = sessionOf(context);
    const name = { sealer, list: `sessions ${memberId}`, orgId };
    const rows = await listSessions(queries, orgId, memberId, {
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
        (row) => show(row, sessionId),
      ),
    };
  },
});

export const end = operation({
  id: 'endSession',
  summary: 'End a session of the member who is signed in, at once',
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
    await audit({
      action: 'session.ended',
      target: publicId('session', sessionId),
    });
    return { status: 204, session: null };
  },
});

export const endAll = operation({
  id: 'endSessionsOfMember',
  summary: 'Sign a member out everywhere, at once',
  description: 'Sign-in links that were not used yet are taken back, too.',
  group,
  takes: { params: IdParams },
  answers: { 204: { description: 'Signed out' } },
  runs: 'write',
  async handle({ queries, orgId, audit }, { params }) {
    const member = await lockMember(queries, orgId, pathId('member', params.id));
    await withdrawSignInLinks(queries, orgId, member.id);
    const sessions = await endSessions(queries, orgId, member.id);
    await audit({
      action: 'member.signed_out',
      target: params.id,
      details: { sessions },
    });
    return { status: 204 };
  },
});
