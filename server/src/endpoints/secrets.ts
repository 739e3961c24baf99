import { randomBytes } from 'node:crypto';
import type { Contract } from '@sluice/contracts';
import { sql } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { invalidInput } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Sealer } from '../base/seal.ts';
import type { Queries } from '../db/connect.ts';

export interface EndpointName {
  readonly orgId: string;
  readonly id: string;
}

/** What it takes to make a secret: the clock for its id, the sealer that encrypts it. */
interface SecretMaking {
  readonly clock: Clock;
  readonly sealer: Sealer;
}

/**
 * Gives an endpoint a secret that signs from now on. Answers it in clear: the one time that it is.
 * @param given the caller's own secret; a random one is made if left out
 * @throws {SluiceError} invalid_input, when the contract does not allow the given secret
 */
export async function issueSecret(
  tx: Queries,
  { clock, sealer }: SecretMaking,
  name: EndpointName,
  { contract, given }: { readonly contract: Contract; readonly given?: string | undefined },
): Promise<string> {
  if (given !== undefined) {
    const problem = contract.secret.problem(given);
    if (problem !== null) throw invalidInput('/secret', problem);
  }
  const secret = given ?? contract.secret.format(randomBytes(contract.secret.randomBytes));
  await tx
    .insertInto('endpoint_secrets')
    .values({
      org_id: name.orgId,
      endpoint_id: name.id,
      id: newId(clock),
      ciphertext: sealer.seal(secret, purpose(name)),
      created_at: sql<Date>`now()`,
    })
    .execute();
  return secret;
}

/**
 * Lets the newest secret sign on for the overlap and no longer; all older ones stop at once.
 * @param seconds 0: the newest stops at once, too
 */
export async function retireSecrets(tx: Queries, name: EndpointName, seconds: number): Promise<void> {
  await sql`
    delete from endpoint_secrets where org_id = ${name.orgId} and endpoint_id = ${name.id}
       and (expires_at is not null or ${seconds}::int = 0)`.execute(tx);
  await sql`
    update endpoint_secrets set expires_at = now() + make_interval(secs => ${seconds})
     where org_id = ${name.orgId} and endpoint_id = ${name.id}`.execute(tx);
}

/**
 * The secrets that sign now, newest first, for each endpoint's id. They are opened when they are needed: one that no
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
