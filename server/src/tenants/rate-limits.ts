import { sql } from 'kysely';
import type { Queries } from '../db/connect.ts';

/** Requests that one credential may make in each window. */
export interface RateLimit {
  readonly requests: number;
  readonly windowSeconds: number;
}

export interface RateLimitState {
  readonly remaining: number;
  /** Whether this request is within the limit. */
  readonly allowed: boolean;
  /** Until the next window begins. */
  readonly resetSeconds: number;
}

/**
 * Counts one request of a credential, or one attempt to sign in. Exact across all processes, because the database counts.
 * @param credentialId UUID of the credential or, for attempts, derived from the address or the member
 */
export async function countRequest(
  queries: Queries,
  orgId: string,
  credentialId: string,
  limit: RateLimit,
): Promise<RateLimitState> {
  const { rows } = await sql<{ requests: number; reset_seconds: number }>`
    with present as (
      select to_timestamp(floor(extract(epoch from now()) / ${limit.windowSeconds}::int) * ${limit.windowSeconds}::int) as started_at
    )
    insert into request_windows (org_id, credential_id, started_at, requests)
    select ${orgId}::uuid, ${credentialId}::uuid, started_at, 1 from present
    on conflict (org_id, credential_id) do update set
      requests = case when request_windows.started_at = excluded.started_at then request_windows.requests + 1 else 1 end,
      started_at = excluded.started_at
    returning requests,
      ceil(extract(epoch from started_at - now()) + ${limit.windowSeconds}::int)::int as reset_seconds`.execute(
    queries,
  );
  const row = rows[0];
  if (!row) throw new Error('A request was not counted.');
  return {
    remaining: Math.max(0, limit.requests - row.requests),
    allowed: row.requests <= limit.requests,
    resetSeconds: Math.max(1, row.reset_seconds),
  };
}

/** Deletes up to 1,000 windows that began more than a day ago; answers how many. */
export async function forgetRequestWindows(queries: Queries): Promise<number> {
  const { rows } = await sql`
    delete from request_windows where started_at < now() - interval '1 day' and (org_id, credential_id) in (
      select org_id, credential_id from request_windows where started_at < now() - interval '1 day' limit 1000)
    returning 1`.execute(queries);
  return rows.length;
}
