import { type Selectable, sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { SluiceError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import { newestFirst, type Page } from '../../db/page.ts';
import { hashOf, makeSecret, readSecret } from '../../tenants/keys.ts';
import { getMember } from '../../tenants/members.ts';
import { canonicalOrigin } from './origins.ts';
import { getQueue } from './queues.ts';
import type { Tables } from './tables.ts';
import { lockWorkflow } from './workflows.ts';

export type EmbedToken = Selectable<Tables['embed_tokens']>;

/** The prefix of embed tokens' secrets. Their ids begin with `emb_` too, but never with `emb_secret_`. */
export const embedSecretPrefix = 'emb_secret_';

export interface NewEmbedToken {
  readonly label: string | null;
  /** The tasks that it may see; both `null`: all tasks of the organization. */
  readonly workflowId: string | null;
  readonly queueId: string | null;
  /** The member in whose name it acts; `null`: in its own name. */
  readonly memberId: string | null;
  readonly capabilities: { readonly approve: boolean; readonly reject: boolean; readonly edit: boolean };
  /** As the caller has written them; `createEmbedToken` checks and normalizes them. */
  readonly allowedOrigins: readonly string[];
  readonly expiresAt: Date;
  /** Name of the author in the audit log. */
  readonly createdBy: string;
}

/**
 * Creates a token. Only the hash of its secret is stored, so the secret can be shown only now.
 * @throws {SluiceError} not_found (workflow, queue or member), invalid_input (an origin)
 */
export async function createEmbedToken(
  tx: Queries,
  clock: Clock,
  orgId: string,
  input: NewEmbedToken,
): Promise<{ token: EmbedToken; secret: string }> {
  const origins = input.allowedOrigins.map((text, index) =>
    canonicalOrigin(text, `/allowed_origins/${index}`),
  );
  if (input.workflowId !== null) await lockWorkflow(tx, { orgId, id: input.workflowId }, 'use');
  if (input.queueId !== null) await getQueue(tx, { orgId, id: input.queueId, workflowId: input.workflowId });
  if (input.memberId !== null) await getMember(tx, orgId, input.memberId);
  const secret = makeSecret(embedSecretPrefix, orgId);
  const token = await tx
    .insertInto('embed_tokens')
    .values({
      org_id: orgId,
      id: newId(clock),
      label: input.label,
      hash: hashOf(secret),
      last_four: secret.slice(-4),
      workflow_id: input.workflowId,
      queue_id: input.queueId,
      member_id: input.memberId,
      can_approve: input.capabilities.approve,
      can_reject: input.capabilities.reject,
      can_edit: input.capabilities.edit,
      allowed_origins: [...new Set(origins)],
      created_by: input.createdBy,
      created_at: sql<Date>`now()`,
      expires_at: input.expiresAt,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return { token, secret };
}

/** A page of the organization's embed tokens, newest first, revoked tokens included. */
export function listEmbedTokens(queries: Queries, orgId: string, page: Page): Promise<EmbedToken[]> {
  return newestFirst(queries.selectFrom('embed_tokens').selectAll().where('org_id', '=', orgId), page);
}

/** @throws {SluiceError} not_found, also where the token is already revoked */
export async function revokeEmbedToken(tx: Queries, orgId: string, id: string): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('embed_tokens')
    .set({ revoked_at: sql<Date>`now()` })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) throw new SluiceError('not_found', 'No such embed token.');
}

/** Valid now, by the database's clock. A token in the name of a member ends when the member is deleted. */
const isValid = sql`revoked_at is null and expires_at > now() and (member_id is null or exists (
  select 1 from members where members.org_id = embed_tokens.org_id and members.id = embed_tokens.member_id))`;

/** The token with this secret; `null` where it is not valid. Writes the time of its last use, at most once a minute. */
export async function findEmbedToken(queries: Queries, secret: string): Promise<EmbedToken | null> {
  const claim = readSecret(secret);
  if (!claim || claim.prefix !== embedSecretPrefix) return null;
  const { rows } = await sql<EmbedToken & { stale: boolean }>`
    select *, coalesce(last_used_at < now() - interval '1 minute', true) as stale from embed_tokens
     where org_id = ${claim.orgId} and hash = ${hashOf(secret)} and ${isValid}`.execute(queries);
  const token = rows[0];
  if (!token) return null;
  if (token.stale) {
    await sql`update embed_tokens set last_used_at = now() where org_id = ${token.org_id} and id = ${token.id}`.execute(
      queries,
    );
  }
  return token;
}

/** The origins that may show a token's page; `null` where the token does not exist, has expired or was revoked. */
export async function originsOf(queries: Queries, id: string): Promise<readonly string[] | null> {
  const { rows } = await sql<{ allowed_origins: string[] }>`
    select allowed_origins from embed_tokens where id = ${id} and ${isValid}`.execute(queries);
  return rows[0]?.allowed_origins ?? null;
}
