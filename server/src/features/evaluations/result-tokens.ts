import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { SluiceError } from '../../base/errors.ts';
import type { Queries } from '../../db/connect.ts';
import { makeSecret, readSecret } from '../../tenants/keys.ts';
import { readEvaluationResults } from './results.ts';

const prefix = 'rt_';

/** Creates a token for reading the results of an evaluation once. Only its hash is stored. */
export async function createResultToken(
  tx: Queries,
  orgId: string,
  evaluationId: string,
  options: { lifetimeSeconds: number; createdBy: string },
): Promise<{ token: string; expiresAt: Date }> {
  const token = makeSecret(prefix, orgId);
  const { expires_at } = await tx
    .insertInto('result_tokens')
    .values({
      org_id: orgId,
      hash: hashOf(token),
      evaluation_id: evaluationId,
      created_by: options.createdBy,
      created_at: sql<Date>`now()`,
      expires_at: sql<Date>`now() + make_interval(secs => ${options.lifetimeSeconds})`,
    })
    .returning('expires_at')
    .executeTakeFirstOrThrow();
  return { token, expiresAt: expires_at };
}

/**
 * Reads the results for a token, and marks the token as used in the same transaction.
 * @throws {SluiceError} not_found, for a text that cannot be a token; gone, where it is used, expired or deleted;
 *   conflict, while the evaluation is not complete (the token stays valid)
 */
export async function redeemResultToken(
  tx: Queries,
  token: string,
): Promise<{ orgId: string; results: string }> {
  const claim = readSecret(token);
  const found =
    claim?.prefix === prefix
      ? await tx
          .selectFrom('result_tokens')
          .leftJoin('evaluations', (join) =>
            join
              .onRef('evaluations.org_id', '=', 'result_tokens.org_id')
              .onRef('evaluations.id', '=', 'result_tokens.evaluation_id'),
          )
          .select(['result_tokens.evaluation_id', 'result_tokens.used_at', 'evaluations.status'])
          .select(sql<boolean>`result_tokens.expires_at <= now()`.as('expired'))
          .where('result_tokens.org_id', '=', claim.orgId)
          .where('result_tokens.hash', '=', hashOf(token))
          .forUpdate('result_tokens')
          .executeTakeFirst()
      : undefined;
  if (claim?.prefix !== prefix) throw new SluiceError('not_found', 'No such token.');
  // The checksum is right, so it was a token, which retention has deleted.
  if (!found) throw new SluiceError('gone', 'The token is no longer valid.');
  if (found.used_at !== null)
    throw new SluiceError('gone', 'The results have already been read with this token.');
  if (found.expired) throw new SluiceError('gone', 'The token has expired.');
  if (found.status === null) throw new SluiceError('gone', 'The results are no longer kept.');
  if (found.status !== 'complete')
    throw new SluiceError('conflict', 'The evaluation is not complete yet; the token stays valid.');
  await tx
    .updateTable('result_tokens')
    .set({ used_at: sql<Date>`now()` })
    .where('org_id', '=', claim.orgId)
    .where('hash', '=', hashOf(token))
    .execute();
  return {
    orgId: claim.orgId,
    results: await readEvaluationResults(tx, claim.orgId, found.evaluation_id),
  };
}

/** Deletes up to 1,000 tokens that expired before `retentionDays`; answers how many. */
export async function forgetResultTokens(queries: Queries, retentionDays: number): Promise<number> {
  const { rows } = await sql`
    delete from result_tokens where (org_id, hash) in (
      select org_id, hash from result_tokens where expires_at < now() - make_interval(days => ${retentionDays}) order by expires_at limit 1000)
    returning 1`.execute(queries);
  return rows.length;
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
