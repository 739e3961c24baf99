import { type Contract, contracts, getContract } from '@sluice/contracts';
import { type Selectable, sql } from 'kysely';
import { invalidInput, SluiceError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Sealer } from '../base/seal.ts';
import type { Queries } from '../db/connect.ts';
import type { Tables } from '../db/tables.ts';
import { createHealth, resetHealth } from './health.ts';
import type { Projection } from './projection.ts';
import { destroySecrets, type EndpointName, issueSecret, readSecrets, type SecretTools } from './secrets.ts';

export type Endpoint = Selectable<Tables['endpoints']>;

/** Where deliveries may go. */
export interface AddressRules {
  /** Why deliveries may not go to this URL, as far as can be told without asking DNS; `null` when they may. */
  problem(url: URL): string | null;
  /** Whether deliveries may go to this host itself. */
  readonly loopbackAllowed: boolean;
}

export interface EndpointTools extends SecretTools {
  readonly addresses: AddressRules;
}

export interface EndpointOwner {
  readonly kind: 'organization' | 'member' | 'installation';
  readonly id: string;
}

export interface EndpointInput {
  readonly url: string;
  readonly name?: string | null;
  readonly description?: string | null;
  readonly events: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly rateLimit?: number | null;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly retryDelays?: readonly number[] | null;
  readonly timeoutSeconds?: number | null;
}

/**
 * Makes an endpoint with its secret, which is answered here and never again.
 * @throws {SluiceError} invalid_input, forbidden_address
 */
export async function createEndpoint(
  tx: Queries,
  tools: EndpointTools,
  orgId: string,
  owner: EndpointOwner,
  input: EndpointInput & {
    readonly contract: string;
    readonly secret?: string;
    readonly projection?: Projection;
  },
): Promise<{ endpoint: Endpoint; secret: string }> {
  const contract = contractNamed(input.contract);
  checkRetryDelays(contract, input.retryDelays);
  const id = newId(tools.clock);
  const endpoint = await tx
    .insertInto('endpoints')
    .values({
      org_id: orgId,
      id,
      owner_kind: owner.kind,
      owner_id: owner.id,
      url: checkUrl(tools, contract, input.url),
      name: input.name ?? null,
      description: input.description ?? null,
      contract: contract.name,
      events: [...new Set(input.events)],
      headers: sealHeaders(tools, { orgId, id }, input.headers),
      metadata: JSON.stringify(input.metadata ?? {}),
      rate_limit: input.rateLimit ?? null,
      retry_delays: input.retryDelays ? [...input.retryDelays] : null,
      timeout_seconds: input.timeoutSeconds ?? null,
      effective_timeout_seconds: input.timeoutSeconds ?? contract.timeoutSeconds,
      projection: input.projection ? JSON.stringify(input.projection) : null,
      enabled: true,
      created_at: sql<Date>`now()`,
      updated_at: sql<Date>`now()`,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  const secret = await issueSecret(tx, tools, { orgId, id }, contract, input.secret);
  await createHealth(tx, orgId, id);
  await bumpVersion(tx, orgId);
  return { endpoint, secret };
}

/**
 * Changes what is given. A change of contract is for deliveries that are accepted from now on: those already accepted
 * keep the wire format that they were promised. The secret stays, so it must suit the new contract.
 * @throws {SluiceError} not_found, invalid_input, forbidden_address
 */
export async function changeEndpoint(
  tx: Queries,
  tools: EndpointTools,
  name: EndpointName,
  change: Partial<EndpointInput> & { readonly contract?: string },
): Promise<Endpoint> {
  const before = await lockEndpoint(tx, name);
  const contract = contractNamed(change.contract ?? before.contract);
  if (contract.name !== before.contract) {
    const secrets = (await readSecrets(tx, tools.sealer, [name])).get(name.id)?.() ?? [];
    const problem = secrets.map((secret) => contract.secret.problem(secret)).find((found) => found !== null);
    if (problem)
      throw invalidInput('/contract', `The endpoint's secret does not suit this contract: ${problem}`);
  }
  checkRetryDelays(contract, change.retryDelays === undefined ? before.retry_delays : change.retryDelays);
  const url =
    change.url !== undefined || contract.name !== before.contract
      ? checkUrl(tools, contract, change.url ?? before.url)
      : before.url;
  const timeoutSeconds = change.timeoutSeconds === undefined ? before.timeout_seconds : change.timeoutSeconds;
  const changed = await tx
    .updateTable('endpoints')
    .set({
      url,
      contract: contract.name,
      name: change.name === undefined ? before.name : change.name,
      description: change.description === undefined ? before.description : change.description,
      events: change.events === undefined ? before.events : [...new Set(change.events)],
      headers: change.headers === undefined ? before.headers : sealHeaders(tools, name, change.headers),
      metadata: change.metadata === undefined ? before.metadata : JSON.stringify(change.metadata),
      rate_limit: change.rateLimit === undefined ? before.rate_limit : change.rateLimit,
      retry_delays:
        change.retryDelays === undefined
          ? before.retry_delays
          : change.retryDelays && [...change.retryDelays],
      timeout_seconds: timeoutSeconds,
      effective_timeout_seconds: timeoutSeconds ?? contract.timeoutSeconds,
      updated_at: sql<Date>`now()`,
    })
    .where('org_id', '=', name.orgId)
    .where('id', '=', name.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await bumpVersion(tx, name.orgId);
  return changed;
}

/** Changes all that an endpoint may be shown, also of what is queued for it. */
export async function changeProjection(
  tx: Queries,
  name: EndpointName,
  projection: Projection,
): Promise<void> {
  await tx
    .updateTable('endpoints')
    .set({ projection: JSON.stringify(projection), updated_at: sql<Date>`now()` })
    .where('org_id', '=', name.orgId)
    .where('id', '=', name.id)
    .execute();
  await bumpVersion(tx, name.orgId);
}

/** Stops deliveries to an endpoint. Answers `null` when it was disabled already. */
export async function disableEndpoint(
  tx: Queries,
  name: EndpointName,
  reason: string,
): Promise<Endpoint | null> {
  const before = await lockEndpoint(tx, name);
  if (!before.enabled) return null;
  const changed = await tx
    .updateTable('endpoints')
    .set({
      enabled: false,
      disabled_reason: reason,
      disabled_at: sql<Date>`now()`,
      updated_at: sql<Date>`now()`,
    })
    .where('org_id', '=', name.orgId)
    .where('id', '=', name.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await bumpVersion(tx, name.orgId);
  return changed;
}

/** Lets deliveries flow again, with a clean record. */
export async function enableEndpoint(tx: Queries, name: EndpointName): Promise<Endpoint> {
  // The record first, as settling an attempt does: the two cannot wait for each other.
  await resetHealth(tx, name.orgId, name.id);
  await lockEndpoint(tx, name);
  const changed = await tx
    .updateTable('endpoints')
    .set({ enabled: true, disabled_reason: null, disabled_at: null, updated_at: sql<Date>`now()` })
    .where('org_id', '=', name.orgId)
    .where('id', '=', name.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await bumpVersion(tx, name.orgId);
  return changed;
}

/** Removes an endpoint for good: its row stays for the ledger, its secrets do not. */
export async function deleteEndpoint(tx: Queries, name: EndpointName): Promise<void> {
  await lockEndpoint(tx, name);
  await tx
    .updateTable('endpoints')
    .set({
      enabled: false,
      deleted_at: sql<Date>`now()`,
      headers: null,
      disabled_reason: 'deleted',
      updated_at: sql<Date>`now()`,
    })
    .where('org_id', '=', name.orgId)
    .where('id', '=', name.id)
    .execute();
  await destroySecrets(tx, name);
  await bumpVersion(tx, name.orgId);
}

/** @throws {SluiceError} not_found */
export async function getEndpoint(queries: Queries, name: EndpointName): Promise<Endpoint> {
  const found = await queries
    .selectFrom('endpoints')
    .selectAll()
    .where('org_id', '=', name.orgId)
    .where('id', '=', name.id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return found ?? missing();
}

/**
 * Newest first.
 * @param page `limit` null: to the last one
 * @param of those of one owner, that subscribe to nothing but these types
 */
export function listEndpoints(
  queries: Queries,
  orgId: string,
  page: { before: string | null; limit: number | null },
  of: { readonly owner?: EndpointOwner; readonly withinTypes?: readonly string[] } = {},
): Promise<Endpoint[]> {
  const { owner, withinTypes } = of;
  let query = queries
    .selectFrom('endpoints')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('deleted_at', 'is', null);
  if (owner) query = query.where('owner_kind', '=', owner.kind).where('owner_id', '=', owner.id);
  if (withinTypes) query = query.where(sql<boolean>`events <@ ${withinTypes}::text[]`);
  if (page.before !== null) query = query.where('id', '<', page.before);
  if (page.limit !== null) query = query.limit(page.limit);
  return query.orderBy('id', 'desc').execute();
}

/** The endpoint's own headers, opened. */
export function openHeaders(
  tools: Pick<SecretTools, 'sealer'>,
  endpoint: Pick<Endpoint, 'org_id' | 'id' | 'headers'>,
): Record<string, string> {
  if (endpoint.headers === null) return {};
  return JSON.parse(
    tools.sealer.open(endpoint.headers, headersPurpose({ orgId: endpoint.org_id, id: endpoint.id })),
  );
}

/**
 * Re-encrypts endpoints' own headers that are encrypted under an older master key, at most 200; answers how many. Those of a master key
 * that is not known stay as they are.
 */
export async function reencryptHeaders(queries: Queries, sealer: Sealer): Promise<number> {
  if (sealer.olderPrefixes.length === 0) return 0;
  const { rows } = await sql<{ org_id: string; id: string; headers: string }>`
    select org_id, id, headers from endpoints
     where exists (select 1 from unnest(${sealer.olderPrefixes}::text[]) as older (prefix) where starts_with(headers, older.prefix)) limit 200`.execute(
    queries,
  );
  for (const row of rows) {
    const bound = headersPurpose({ orgId: row.org_id, id: row.id });
    const sealed = sealer.seal(sealer.open(row.headers, bound), bound);
    await sql`
      update endpoints set headers = ${sealed} where org_id = ${row.org_id} and id = ${row.id} and headers = ${row.headers}`.execute(
      queries,
    );
  }
  return rows.length;
}

function sealHeaders(
  tools: SecretTools,
  name: EndpointName,
  headers: Readonly<Record<string, string>> | undefined,
): string | null {
  if (!headers || Object.keys(headers).length === 0) return null;
  return tools.sealer.seal(JSON.stringify(headers), headersPurpose(name));
}

function headersPurpose(name: EndpointName): string {
  return `endpoint-headers:${name.orgId}:${name.id}`;
}

function contractNamed(name: string): Contract {
  const contract = getContract(name);
  if (!contract) {
    const names = contracts.map((each) => each.name).join(', ');
    throw invalidInput('/contract', `There is no contract "${name}"; there are ${names}.`);
  }
  return contract;
}

function checkRetryDelays(contract: Contract, delays: readonly number[] | null | undefined): void {
  if (delays && !contract.retry.overridable)
    throw invalidInput('/retry_delays', `The ${contract.name} contract promises its own delays.`);
}

/**
 * A URL in its normal form, if endpoints of this contract may have it.
 * @param pointer where in the request it is
 * @throws {SluiceError} invalid_input, forbidden_address
 */
export function checkEndpointUrl(
  tools: Pick<EndpointTools, 'addresses'>,
  contractName: string,
  text: string,
  pointer: string,
): string {
  return checkUrl(tools, contractNamed(contractName), text, pointer);
}

function checkUrl(
  tools: Pick<EndpointTools, 'addresses'>,
  contract: Contract,
  text: string,
  pointer = '/url',
): string {
  if (!URL.canParse(text)) throw invalidInput(pointer, 'This is not a URL.');
  const url = new URL(text);
  const problem = contract.url.problem(url, { loopback: tools.addresses.loopbackAllowed });
  if (problem !== null) throw invalidInput(pointer, problem);
  const forbidden = tools.addresses.problem(url);
  if (forbidden !== null)
    throw new SluiceError('forbidden_address', forbidden, {
      errors: [{ pointer, detail: forbidden }],
    });
  return url.href;
}

/**
 * For changes of what belongs to it: two of them go one after the other.
 * @throws {SluiceError} not_found
 */
export async function lockEndpoint(tx: Queries, name: EndpointName): Promise<Endpoint> {
  const found = await tx
    .selectFrom('endpoints')
    .selectAll()
    .where('org_id', '=', name.orgId)
    .where('id', '=', name.id)
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();
  return found ?? missing();
}

/**
 * A number that was never used before, not the next one: a list that was read inside a transaction that is then rolled
 * back must not pass for the list of a later change.
 */
async function bumpVersion(tx: Queries, orgId: string): Promise<void> {
  await sql`
    insert into endpoint_versions (org_id, version) values (${orgId}, 1 + floor(random() * 9007199254740990)::bigint)
    on conflict (org_id) do update set version = excluded.version`.execute(tx);
}

function missing(): never {
  throw new SluiceError('not_found', 'No such endpoint.');
}
