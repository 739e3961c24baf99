import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { sql } from 'kysely';
import { invalidInput } from '../base/errors.ts';
import type { Queries } from '../db/connect.ts';
import type { Member } from './members.ts';

/** argon2id with the least memory and passes that OWASP's Password Storage Cheat Sheet recommends. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

const shortest = 12;
const longest = 200;
const fewestDifferent = 5;

/** Hashing occupies a thread of libuv's pool for tens of milliseconds: more at once would delay DNS and file access. */
const hashersAtMost = 2;
let hashers = 0;
const waiting: (() => void)[] = [];

async function whenFree<T>(work: () => Promise<T>): Promise<T> {
  if (hashers >= hashersAtMost) await new Promise<void>((resolve) => waiting.push(resolve));
  else hashers += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else hashers -= 1;
  }
}

/** Unicode NFKC, so that it does not matter how the keyboard composed a character. */
function normalized(password: string): string {
  return password.normalize('NFKC');
}

/**
 * Refuses a password that is too short or equals the member's name or e-mail address. There are no rules about kinds of
 * characters: they lead to weaker passwords (NIST SP 800-63B).
 * @throws {SluiceError} invalid_input
 */
export function checkNewPassword(password: string, { email, name }: Member): void {
  const characters = [...normalized(password)];
  const refuse = (detail: string) => {
    throw invalidInput('/password', detail);
  };
  if (characters.length < shortest) refuse(`A password has at least ${shortest} characters.`);
  if (characters.length > longest) refuse(`A password has at most ${longest} characters.`);
  if (new Set(characters).size < fewestDifferent)
    refuse(`A password has at least ${fewestDifferent} different characters.`);
  const chosen = normalized(password).toLowerCase();
  if ([email, name].some((own) => chosen === normalized(own).toLowerCase()))
    refuse('A password is neither your e-mail address nor your name.');
}

export function hashPassword(password: string): Promise<string> {
  return whenFree(() => hash(normalized(password), cost));
}

/** The hash of a random password, made at the first use. */
let unknownHash: Promise<string> | undefined;

/**
 * Whether a password has the stored hash. For `null` the answer is no and takes as long, so that the time does not show
 * which members exist or have a password.
 */
export async function isPassword(password: string, stored: string | null): Promise<boolean> {
  unknownHash ??= hashPassword(randomBytes(32).toString('base64'));
  const against = stored ?? (await unknownHash);
  const same = await whenFree(() => verify(against, normalized(password)));
  return same && stored !== null;
}

/** The hash of a member's password; `null` where the member has no password. */
export async function readPasswordHash(
  queries: Queries,
  orgId: string,
  memberId: string,
): Promise<string | null> {
  const row = await queries
    .selectFrom('member_passwords')
    .select('hash')
    .where('org_id', '=', orgId)
    .where('member_id', '=', memberId)
    .executeTakeFirst();
  return row?.hash ?? null;
}

export async function writePasswordHash(tx: Queries, member: Member, hashed: string): Promise<void> {
  const changed = { hash: hashed, changed_at: sql<Date>`now()` };
  await tx
    .insertInto('member_passwords')
    .values({ org_id: member.org_id, member_id: member.id, ...changed })
    .onConflict((conflict) => conflict.columns(['org_id', 'member_id']).doUpdateSet(changed))
    .execute();
}

export async function removePassword(tx: Queries, orgId: string, memberId: string): Promise<void> {
  await tx
    .deleteFrom('member_passwords')
    .where('org_id', '=', orgId)
    .where('member_id', '=', memberId)
    .execute();
}
