import { Type } from 'typebox';
import { invalidInput, SluiceError } from '../base/errors.ts';
import { publicId } from '../base/ids.ts';
import { transact } from '../db/transaction.ts';
import { sessionOf } from '../http/credential.ts';
import { Closed, IdParams, pathId } from '../http/fields.ts';
import { operation } from '../http/operation.ts';
import { recordAudit } from '../tenants/audit.ts';
import { getMember, lockMember } from '../tenants/members.ts';
import {
  checkNewPassword,
  hashPassword,
  isPassword,
  readPasswordHash,
  removePassword,
  writePasswordHash,
} from '../tenants/passwords.ts';
import { endSessions, isSessionAlive } from '../tenants/sessions.ts';
import { countAttempt } from '../tenants/sign-in.ts';
import { withdrawSignInLinks } from '../tenants/sign-in-links.ts';

const group = 'Sign-in';

export const set = operation({
  id: 'setPassword',
  summary: 'Set the password of the signed-in member',
  description:
    'At least 12 characters. Ends every other session of the member, and withdraws unused sign-in links.',
  group,
  takes: {
    body: Closed({
      password: Type.String({ minLength: 1, maxLength: 1024, examples: ['correct horse battery staple'] }),
      current_password: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 1024,
          description: 'Required where the member has a password',
        }),
      ),
    }),
  },
  answers: { 204: { description: 'Set' }, refusals: [404, 429] },
  // Not in one transaction: hashing takes a while, and refused attempts count too.
  runs: 'direct',
  async handle(context, { body }) {
    const { queries, orgId, actor, clock } = context;
    const { memberId, sessionId } = sessionOf(context);
    const member = await getMember(queries, orgId, memberId);
    checkNewPassword(body.password, member);
    const before = await readPasswordHash(queries, orgId, memberId);
    if (before !== null) {
      if (body.current_password === undefined)
        throw invalidInput('/current_password', 'Give your current password to set another one.');
      await countAttempt(queries, orgId, memberId);
      if (!(await isPassword(body.current_password, before)))
        throw invalidInput('/current_password', 'This is not your current password.');
    }
    const hashed = await hashPassword(body.password);
    await transact(queries, async (tx) => {
      const locked = await lockMember(tx, orgId, memberId);
      if (!(await isSessionAlive(tx, orgId, memberId, sessionId)))
        throw new SluiceError('unauthenticated', 'The session has ended meanwhile.');
      if ((await readPasswordHash(tx, orgId, memberId)) !== before)
        throw new SluiceError('conflict', 'The password has been changed meanwhile.');
      await writePasswordHash(tx, locked, hashed);
      await withdrawSignInLinks(tx, orgId, memberId);
      const sessions = await endSessions(tx, orgId, memberId, sessionId);
      const target = publicId('member', memberId);
      const details = { ended_sessions: sessions };
      await recordAudit(tx, clock, { orgId, actor }, { action: 'password.changed', target, details });
    });
    return { status: 204 };
  },
});

export const remove = operation({
  id: 'removePassword',
  summary: 'Remove a forgotten password of a member, and sign the member out everywhere',
  description: 'The member then signs in by a link, and can set a new password.',
  group,
  takes: { params: IdParams },
  answers: { 204: { description: 'Removed' } },
  runs: 'write',
  async handle({ queries, orgId, audit }, { params }) {
    const member = await lockMember(queries, orgId, pathId('member', params.id));
    await removePassword(queries, orgId, member.id);
    await withdrawSignInLinks(queries, orgId, member.id);
    const sessions = await endSessions(queries, orgId, member.id);
    await audit({ action: 'password.removed', target: params.id, details: { ended_sessions: sessions } });
    return { status: 204 };
  },
});
