import { randomFillSync } from 'node:crypto';
import { TypeID } from 'typeid-js';
import { v7 } from 'uuid';
import type { Clock } from './clock.ts';

/**
 * Prefixes of public ids. Stored ids are UUIDv7: they sort by time, and the ids of one day are one partition. Public ids
 * are TypeIDs: a prefix for the kind of resource, then the same 128 bits in 26 characters of base32.
 */
const idPrefixes = {
  organization: 'org',
  member: 'mbr',
  key: 'key',
  auditEntry: 'aud',
  event: 'evt',
  endpoint: 'ep',
  delivery: 'dlv',
  attempt: 'att',
  schedule: 'sch',
  workflow: 'wfl',
  queue: 'que',
  review: 'rvw',
  reviewGate: 'gat',
  embedToken: 'emb',
  memberToken: 'mtk',
  record: 'rec',
  app: 'app',
  installation: 'ins',
  installationToken: 'itk',
  signInLink: 'sil',
  session: 'ses',
  notification: 'ntf',
  inboxEntry: 'inb',
  meeting: 'mtg',
} as const;

/** A kind that a product or a feature declares for itself: its name in words, and the prefix of its ids. */
export interface OwnIdKind {
  readonly words: string;
  readonly prefix: string;
}

export type IdKind = keyof typeof idPrefixes | OwnIdKind;

/** `evt` for events. */
export function idPrefix(kind: IdKind): string {
  return typeof kind === 'string' ? idPrefixes[kind] : kind.prefix;
}

/** A kind as people say it: `audit entry`. */
export function wordsOf(kind: IdKind): string {
  return typeof kind === 'string'
    ? kind.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    : kind.words;
}

const latest = new WeakMap<Clock, { msecs: number; seq: number }>();
const largestStart = 0x7fff_ffff;

/**
 * A new UUIDv7. The ids of one process sort in the order of their creation, also within a millisecond and after the
 * clock was set back, because lists are sorted by id.
 */
export function newId(clock: Clock): string {
  const now = clock.now();
  const last = latest.get(clock);
  const isLater = last === undefined || now > last.msecs;
  // The sequence begins at random in the lower half of its range, so that it cannot overflow within a millisecond.
  const next = isLater
    ? { msecs: now, seq: Math.floor(Math.random() * largestStart) }
    : { msecs: last.msecs, seq: last.seq + 1 };
  latest.set(clock, next);
  return v7({ ...next, random: nextRandom() });
}

const entropy = new Uint8Array(4_096);
let entropyUsed = entropy.length;

/** 16 random bytes from a buffer: a call of the system for each id would cost more than all the rest of `newId`. */
function nextRandom(): Uint8Array {
  if (entropyUsed === entropy.length) {
    randomFillSync(entropy);
    entropyUsed = 0;
  }
  entropyUsed += 16;
  return entropy.subarray(entropyUsed - 16, entropyUsed);
}

/** UUID → public id, such as `evt_01jd…`. */
export function publicId(kind: IdKind, uuid: string): string {
  return TypeID.fromUUID(idPrefix(kind), uuid).toString();
}

/** Public id → UUID; `null` where the text is not an id of this kind. */
export function parseId(kind: IdKind, text: string): string | null {
  const prefix = `${idPrefix(kind)}_`;
  if (!text.startsWith(prefix) || !/^[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(text.slice(prefix.length)))
    return null;
  return TypeID.fromString(text).toUUID();
}

/** The smallest UUIDv7 of a millisecond since 1970: a bound for queries by time and for partitions. */
export function firstIdAt(milliseconds: number): string {
  const hex = Math.max(0, Math.floor(milliseconds)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** The millisecond since 1970 in which a UUIDv7 was made. */
export function timeOfId(uuid: string): number {
  return Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);
}
