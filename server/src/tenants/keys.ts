import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type Selectable, sql } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { SluiceError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';
import { lookUp } from '../db/look-up.ts';
import { newestFirst, type Page } from '../db/page.ts';
import type { Tables } from '../db/tables.ts';

export type Key = Selectable<Tables['keys']>;

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const bodyLength = 54;
const checksumLength = 6;
const secretForm = new RegExp(
  `^([a-z]+(?:_[a-z]+)*_)([0-9A-Za-z]{${bodyLength}})([0-9A-Za-z]{${checksumLength}})$`,
);

/** How keys begin, unless the organization's preset promised something else. */
export const defaultKeyPrefix = 'sluice_';

/**
 * Makes the secret of a credential: a readable prefix, 40 bytes in base62 (the organization's id, then 24 random bytes)
 * and a CRC-32. By the checksum, a mistyped or invented key is refused without a query, and scanners for leaked secrets
 * recognize a real one.
 */
export function makeSecret(prefix: string, orgId: string, random: Uint8Array = randomBytes(24)): string {
  const organization = Buffer.from(orgId.replaceAll('-', ''), 'hex');
  const body = toBase62(Buffer.concat([organization, random]), bodyLength);
  return `${prefix}${body}${checksum(prefix + body)}`;
}

/** The organization and the prefix that a secret contains; `null` where its form or its checksum is wrong. */
export function readSecret(secret: string): { orgId: string; prefix: string } | null {
  const match = secretForm.exec(secret);
  if (!match) return null;
  const [, prefix = '', body = '', sum = ''] = match;
  if (checksum(prefix + body) !== sum) return null;
  const hex = fromBase62(body).toString(16).padStart(80, '0');
  if (hex.length !== 80) return null;
  const orgId = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20, 32),
  ].join('-');
  return { orgId, prefix };
}

function checksum(text: string): string {
  return toBase62(Buffer.from(crc32(text).toString(16).padStart(8, '0'), 'hex'), checksumLength);
}

function toBase62(bytes: Uint8Array, length: number): string {
  let value = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  let text = '';
  for (; value > 0n; value /= 62n) text = alphabet.charAt(Number(value % 62n)) + text;
  return text.padStart(length, '0');
}

function fromBase62(text: string): bigint {
  let value = 0n;
  for (const character of text) value = value * 62n + BigInt(alphabet.indexOf(character));
  return value;
}

/** SHA-256 of a secret: only this is stored. */
export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

export interface NewKey {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly prefix: string;
  readonly expiresAt: Date | null;
  /** Name of the author in the audit log. */
  readonly createdBy: string;
}

/** Creates a key. Only the hash of its secret is stored, so the secret can be shown only now. */
export async function createKey(
  tx: Queries,
  clock: Clock,
  orgId: string,
  input: NewKey,
): Promise<{ key: Key; secret: string }> {
  const secret = makeSecret(input.prefix, orgId);
  const key = await tx
    .insertInto('keys')
    .values({
      org_id: orgId,
      id: newId(clock),
      name: input.name,
      prefix: input.prefix,
      last_four: secret.slice(-4),
      hash: hashOf(secret),
      scopes: [...new Set(input.scopes)],
      created_by: input.createdBy,
      created_at: sql<Date>`now()`,
      expires_at: input.expiresAt,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return { key, secret };
}

/** A page of the organization's keys, newest first, revoked keys included. */
export function listKeys(queries: Queries, orgId: string, page: Page): Promise<Key[]> {
  return newestFirst(queries.selectFrom('keys').selectAll().where('org_id', '=', orgId), page);
}

/** @throws {SluiceError} not_found, also where the key is already revoked */
export async function revokeKey(tx: Queries, orgId: string, id: string): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('keys')
    .set({ revoked_at: sql<Date>`now()` })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) throw new SluiceError('not_found', 'No such key.');
}

/**
 * The keys with these secrets, by secret; only those that are valid now, by the database's clock. Writes the time of
 * their last use, at most once a minute for each key.
 */
export async function findKeys(queries: Queries, secrets: readonly string[]): Promise<Map<string, Key>> {
  const claims = secrets.flatMap((secret) => {
    const claim = readSecret(secret);
    return claim ? [{ secret, orgId: claim.orgId, hash: hashOf(secret).toString('hex') }] : [];
  });
  if (claims.length === 0) return new Map();
  const { rows } = await sql<Key & { given_hash: string; stale: boolean }>`
    select key.*, given.hash as given_hash, coalesce(key.last_used_at < now() - interval '1 minute', true) as stale
      from unnest(${claims.map(({ orgId }) => orgId)}::uuid[], ${claims.map(({ hash }) => hash)}::text[]) as given (org_id, hash)
     cross join lateral (
       select * from keys where keys.org_id = given.org_id and keys.hash = decode(given.hash, 'hex')
          and revoked_at is null and (expires_at is null or expires_at > now()) offset 0) key`.execute(
    queries,
  );
  await noteUse(
    queries,
    rows.filter(({ stale }) => stale),
  );
  const byHash = new Map(rows.map((row) => [row.given_hash, row]));
  return new Map(
    claims.flatMap(({ secret, hash }) => {
      const key = byHash.get(hash);
      return key ? [[secret, key] as const] : [];
    }),
  );
}

/** Skips rows that another transaction has locked: their next use is written instead. */
async function noteUse(queries: Queries, keys: readonly Key[]): Promise<void> {
  if (keys.length === 0) return;
  await sql`
    with free as (
      select key.* from unnest(${keys.map((key) => key.org_id)}::uuid[], ${keys.map((key) => key.id)}::uuid[]) as given (org_id, id)
       cross join lateral (
         select org_id, id from keys where keys.org_id = given.org_id and keys.id = given.id for update skip locked) key
    )
    update keys set last_used_at = now() from free where ${lookUp('keys.org_id', 'free.org_id')} and keys.id = free.id`.execute(
    queries,
  );
}
