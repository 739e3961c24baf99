import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { SluiceError } from '../base/errors.ts';
import type { Sealer } from '../base/seal.ts';
import type { Queries } from '../db/connect.ts';
import { lookUp } from '../db/look-up.ts';

/** The first answer to a request. */
export interface StoredAnswer {
  readonly status: number;
  readonly body: string;
}

/** One request that carries an idempotency key. */
export interface IdempotentRequest {
  readonly orgId: string;
  readonly key: string;
  readonly hash: Buffer;
}

/** SHA-256 of method, path with query, and the exact bytes of the body: two requests with one hash are the same request. */
export function requestHash(method: string, path: string, body: Uint8Array): Buffer {
  return createHash('sha256').update(`${method} ${path}\n`).update(body).digest();
}

/**
 * Claims the keys of requests, inside the transaction that carries the requests out; in the order of the keys, so that
 * two groups of requests cannot deadlock. Waits for a key that another transaction is claiming. A key expires after 24
 * hours and can then be claimed again.
 * @returns for each request whose key was claimed before, its first answer; or an error, where the key was used for
 *   another request or the answer cannot be decrypted any more. Requests that are not in the map are to be carried out,
 *   and their answers given to `keepAnswers`
 */
export async function claimIdempotencyKeys(
  tx: Queries,
  sealer: Sealer,
  requests: readonly IdempotentRequest[],
): Promise<Map<IdempotentRequest, StoredAnswer | SluiceError>> {
  const sorted = [...requests].sort((a, b) => (a.orgId + a.key < b.orgId + b.key ? -1 : 1));
  const columns = [
    sorted.map((r) => r.orgId),
    sorted.map((r) => r.key),
    sorted.map((r) => r.hash.toString('hex')),
  ] as const;
  const { rows: claimed } = await sql<{ org_id: string; key: string }>`
    insert into idempotency_keys (org_id, key, request_hash, created_at)
    select org_id, key, decode(hash, 'hex'), now()
      from unnest(${columns[0]}::uuid[], ${columns[1]}::text[], ${columns[2]}::text[]) as given (org_id, key, hash)
    on conflict (org_id, key) do update
       set request_hash = excluded.request_hash, status = null, answer = null, created_at = excluded.created_at
     where idempotency_keys.created_at <= now() - interval '24 hours'
    returning org_id, key`.execute(tx);
  const fresh = new Set(claimed.map((row) => `${row.org_id} ${row.key}`));
  const earlier = sorted.filter((request) => !fresh.has(`${request.orgId} ${request.key}`));
  const results = new Map<IdempotentRequest, StoredAnswer | SluiceError>();
  if (earlier.length === 0) return results;
  const { rows: stored } = await sql<{
    org_id: string;
    key: string;
    request_hash: Uint8Array;
    status: number;
    answer: string;
  }>`
    select org_id, key, request_hash, status, answer from idempotency_keys
     where (org_id, key) in (select * from unnest(${earlier.map((r) => r.orgId)}::uuid[], ${earlier.map((r) => r.key)}::text[]))`.execute(
    tx,
  );
  for (const request of earlier) {
    const row = stored.find(
      (candidate) => candidate.org_id === request.orgId && candidate.key === request.key,
    );
    if (!row) throw new Error('An idempotency key vanished between two statements.');
    results.set(request, answerFrom(row, sealer, request));
  }
  return results;
}

function answerFrom(
  row: { readonly request_hash: Uint8Array; readonly status: number; readonly answer: string },
  sealer: Sealer,
  request: IdempotentRequest,
): StoredAnswer | SluiceError {
  if (!request.hash.equals(row.request_hash))
    return new SluiceError(
      'idempotency_conflict',
      'This key was used for a request with another method, path or body.',
    );
  if (!sealer.knowsKeyOf(row.answer))
    return new SluiceError(
      'conflict',
      'This was done when it was first sent, but the master key that its answer was sealed under has been removed.',
    );
  return { status: row.status, body: sealer.open(row.answer, purpose(request)) };
}

/** Stores the first answers, in the transaction that claimed the keys. They are encrypted, because some hold a secret. */
export async function keepAnswers(
  tx: Queries,
  sealer: Sealer,
  answers: readonly { readonly request: IdempotentRequest; readonly answer: StoredAnswer }[],
): Promise<void> {
  if (answers.length === 0) return;
  await sql`
    update idempotency_keys set status = given.status, answer = given.answer
      from unnest(
        ${answers.map(({ request }) => request.orgId)}::uuid[], ${answers.map(({ request }) => request.key)}::text[],
        ${answers.map(({ answer }) => answer.status)}::int[],
        ${answers.map(({ request, answer }) => sealer.seal(answer.body, purpose(request)))}::text[]
      ) as given (org_id, key, status, answer)
     where ${lookUp('idempotency_keys.org_id', 'given.org_id')} and idempotency_keys.key = given.key`.execute(
    tx,
  );
}

/** Releases the keys of refused requests, so that they can be used for the corrected requests. */
export async function releaseIdempotencyKeys(
  tx: Queries,
  requests: readonly IdempotentRequest[],
): Promise<void> {
  if (requests.length === 0) return;
  await sql`
    delete from idempotency_keys
     where (org_id, key) in (select * from unnest(${requests.map((r) => r.orgId)}::uuid[], ${requests.map((r) => r.key)}::text[]))`.execute(
    tx,
  );
}

/**
 * Deletes up to 1,000 keys that expired at least five minutes ago; answers how many. Keys that have just expired stay:
 * a request that has found one of them still has to read its answer.
 */
export async function forgetIdempotencyKeys(queries: Queries): Promise<number> {
  const { rows } = await sql`
    delete from idempotency_keys where created_at < now() - interval '24 hours 5 minutes' and (org_id, key) in (
      select org_id, key from idempotency_keys where created_at < now() - interval '24 hours 5 minutes' order by created_at limit 1000)
    returning 1`.execute(queries);
  return rows.length;
}

function purpose(request: IdempotentRequest): string {
  return `idempotency:${request.orgId}:${request.key}`;
}
