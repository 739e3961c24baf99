import { randomBytes } from 'node:crypto';
import type { Contract } from '@sluice/contracts';
import { sql } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { invalidInput } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Sealer } from '../base/seal.ts';
import type { Queries } from '../db/connect.ts';

export interface SecretTools {
  readonly clock: Clock;
  readonly sealer: Sealer;
}

export interface EndpointName {
  readonly orgId: string;
  readonly id: string;
}

/**
 * Gives a new endpoint its first secret. Answers it in clear: the one time that it is.
 * @param given the caller's own secret, if it has one already
 * @throws {SluiceError} invalid_input, when the contract does not allow the given secret
 */
export async function issueSecret(
  tx: Queries,
  tools: SecretTools,
  endpoint: EndpointName,
  contract: Contract,
  given?: string,
): Promise<string> {
  if (given !== undefined) {
    const problem = contract.secret.problem(given);
    if (problem !== null) throw invalidInput('/secret', problem);
  }
  const secret = given ?? contract.secret.format(randomBytes(contract.secret.randomBytes));
  await tx
    .insertInto('endpoint_secrets')
    .values({
      org_id: endpoint.orgId,
      endpoint_id: endpoint.id,
      id: newId(tools.clock),
      ciphertext: tools.sealer.seal(secret, purpose(endpoint)),
      created_at: sql<Date>`now()`,
    })
    .execute();
  return secret;
}

/**
 * Puts a new secret in front; the one before goes on signing beside it for the overlap, all older ones stop at once.
 * @param overlapSeconds within what the contract allows; `undefined` for the contract's own default
 * @throws {SluiceError} invalid_input, when the overlap is longer than the contract allows
 */
export async function rotateSecret(
  tx: Queries,
  tools: SecretTools,
  endpoint: EndpointName,
  contract: Contract,
  overlapSeconds?: number,
): Promise<{ secret: string; overlapSeconds: number }> {
  const overlap = overlapSeconds ?? contract.secret.defaultOverlapSeconds;
  if (overlap > contract.secret.maxOverlapSeconds) {
    throw invalidInput(
      '/overlap_seconds',
      `The ${contract.name} contract allows at most ${contract.secret.maxOverlapSeconds} seconds.`,
    );
  }
  await sql`
    delete from endpoint_secrets where org_id = ${endpoint.orgId} and endpoint_id = ${endpoint.id}
       and (expires_at is not null or ${overlap}::int = 0)`.execute(tx);
  await sql`
    update endpoint_secrets set expires_at = now() + make_interval(secs => ${overlap})
     where org_id = ${endpoint.orgId} and endpoint_id = ${endpoint.id}`.execute(tx);
  return { secret: await issueSecret(tx, tools, endpoint, contract), overlapSeconds: overlap };
}

/**
 * The secrets that sign now, newest first, for each endpoint's id. They are opened by whoever needs them: one that no
 * master key opens is a failure of its own endpoint only.
 */
export async function readSecrets(
  queries: Queries,
  sealer: Sealer,
  endpoints: readonly EndpointName[],
): Promise<Map<string, () => string[]>> {
  const { rows } = await sql<{ org_id: string; endpoint_id: string; ciphertext: string }>`
    select secret.org_id, secret.endpoint_id, secret.ciphertext
      from unnest(${endpoints.map((e) => e.orgId)}::uuid[], ${endpoints.map((e) => e.id)}::uuid[]) as wanted (org_id, endpoint_id)
     cross join lateral (
       select * from endpoint_secrets
        where org_id = wanted.org_id and endpoint_id = wanted.endpoint_id and (expires_at is null or expires_at > now()) offset 0) secret
     order by secret.org_id, secret.endpoint_id, secret.expires_at desc nulls first, secret.id desc`.execute(
    queries,
  );
  const sealed = new Map<string, typeof rows>();
  for (const row of rows) sealed.set(row.endpoint_id, [...(sealed.get(row.endpoint_id) ?? []), row]);
  return new Map(
    [...sealed].map(([id, ofEndpoint]) => [
      id,
      once(() => ofEndpoint.map((row) => sealer.open(row.ciphertext, purpose({ orgId: row.org_id, id })))),
    ]),
  );
}

/** Deliveries of a batch share what was opened for their endpoint; what does not open is tried for each. */
function once<T>(open: () => T[]): () => T[] {
  let opened: T[] | undefined;
  return () => {
    opened ??= open();
    return opened;
  };
}

/**
 * Re-encrypts secrets that are encrypted under an older master key, at most 200; answers how many. Those of a master key
 * that is not known stay as they are.
 */
export async function reencryptSecrets(queries: Queries, sealer: Sealer): Promise<number> {
  if (sealer.olderPrefixes.length === 0) return 0;
  const { rows } = await sql<{ org_id: string; endpoint_id: string; id: string; ciphertext: string }>`
    select org_id, endpoint_id, id, ciphertext from endpoint_secrets
     where exists (select 1 from unnest(${sealer.olderPrefixes}::text[]) as older (prefix) where starts_with(ciphertext, older.prefix)) limit 200`.execute(
    queries,
  );
  for (const row of rows) {
    const bound = purpose({ orgId: row.org_id, id: row.endpoint_id });
    const sealed = sealer.seal(sealer.open(row.ciphertext, bound), bound);
    await sql`
      update endpoint_secrets set ciphertext = ${sealed}
       where org_id = ${row.org_id} and endpoint_id = ${row.endpoint_id} and id = ${row.id} and ciphertext = ${row.ciphertext}`.execute(
      queries,
    );
  }
  return rows.length;
}

/** Removes every secret of a deleted endpoint. */
export async function destroySecrets(tx: Queries, endpoint: EndpointName): Promise<void> {
  await tx
    .deleteFrom('endpoint_secrets')
    .where('org_id', '=', endpoint.orgId)
    .where('endpoint_id', '=', endpoint.id)
    .execute();
}

function purpose(endpoint: EndpointName): string {
  return `endpoint-secret:${endpoint.orgId}:${endpoint.id}`;
}
