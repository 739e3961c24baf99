/** Every probe, in the order of the report. */
import type { Contract } from '@sluice/contracts';
import { utf8 } from '@sluice/contracts/encodings';
import * as payloads from './payloads.ts';
import type { ProbeGroup } from './report.ts';
import type { Change } from './request.ts';

export interface Probe {
  readonly id: string;
  readonly group: ProbeGroup;
  readonly title: string;
  readonly should: 'accept' | 'refuse';
  /** Completes "a sound receiver accepts it:" or "refuses it:". */
  readonly because: string;
  /** Whether the wrong outcome is only a warning. */
  readonly lenient?: boolean;
  readonly change: Change;
}

/** Size of the `large` probe's event data. */
export const largeBytes = 200 * 1024;
const DAY = 86_400;
const HOURS_14 = 14 * 3600;

/** @param bodyHasTime whether the body says when the event occurred */
export function probesFor(contract: Contract, bodyHasTime: boolean): readonly Probe[] {
  const delivery = crypto.randomUUID();
  const { toleranceSeconds } = contract;
  return [
    {
      id: 'good',
      group: 'delivery',
      title: 'A good delivery',
      should: 'accept',
      because: 'it is signed as the contract says, just now',
      change: { delivery },
    },
    {
      id: 'duplicate',
      group: 'delivery',
      title: 'The same delivery once more',
      should: 'accept',
      because: 'deliveries come at least once; 2xx says "I have it", anything else asks for it again',
      change: { delivery },
    },
    ...(contract.secret.maxOverlapSeconds > 0 ? [rotation] : []),
    headerCase,
    ...forgeries,
    ...(toleranceSeconds === null ? [] : times(toleranceSeconds)),
    ...(toleranceSeconds !== null && bodyHasTime ? [staleHeader] : []),
    ...(bodyHasTime ? [lateRetry] : []),
    ...payloadProbes,
  ];
}

const rotation: Probe = {
  id: 'rotation',
  group: 'delivery',
  title: 'Signed with two secrets, its own second',
  should: 'accept',
  because: 'during a rotation every current secret signs, and one match is enough',
  change: { signers: ({ unknownSecret, secrets }) => [unknownSecret, ...secrets] },
};

const headerCase: Probe = {
  id: 'header_case',
  group: 'delivery',
  title: 'Header names in another case',
  should: 'accept',
  because: 'header names have no case, and proxies rewrite it',
  change: {
    headers: (right) =>
      Object.fromEntries(Object.entries(right).map(([name, value]) => [otherCase(name), value])),
  },
};

const forgeries: readonly Probe[] = [
  {
    id: 'unsigned',
    group: 'forgery',
    title: 'No signature',
    should: 'refuse',
    because: 'anybody can send it',
    change: { unsigned: true },
  },
  {
    id: 'wrong_secret',
    group: 'forgery',
    title: 'Signed with another secret',
    should: 'refuse',
    because: 'its sender does not know the secret',
    change: { signers: ({ unknownSecret }) => [unknownSecret] },
  },
  {
    id: 'tampered_body',
    group: 'forgery',
    title: 'Body changed after signing',
    should: 'refuse',
    because: 'an amount in it is not the one that was signed',
    change: { body: (signed) => replaced(signed, '"amount":1999', '"amount":9999') },
  },
  {
    id: 'reformatted',
    group: 'forgery',
    title: 'Same JSON, other bytes',
    should: 'refuse',
    because: 'the signature covers the bytes as sent, not what they mean',
    change: { body: (signed) => utf8(JSON.stringify(JSON.parse(text(signed)), null, 2)) },
  },
  {
    id: 'tampered_signature',
    group: 'forgery',
    title: 'Signature with one bit changed',
    should: 'refuse',
    because: 'it is not the signature of this body',
    change: {
      signature: (right) => right.map((byte, index) => (index === right.length - 1 ? byte ^ 1 : byte)),
    },
  },
  {
    id: 'short_signature',
    group: 'forgery',
    title: 'First half of the signature',
    should: 'refuse',
    because: 'half a signature is guessed far sooner than a whole one',
    change: { signature: (right) => right.subarray(0, right.length / 2) },
  },
  {
    id: 'empty_signature',
    group: 'forgery',
    title: 'Empty signature',
    should: 'refuse',
    because: 'a comparison of no bytes always succeeds',
    change: { signature: () => new Uint8Array() },
  },
  {
    id: 'not_json',
    group: 'forgery',
    title: 'Not JSON, wrong signature',
    should: 'refuse',
    because: 'the signature is checked first, and nothing unsigned is parsed',
    change: {
      signers: ({ unknownSecret }) => [unknownSecret],
      body: () => utf8('{"title":"Sluice doctor","unfinished":'),
    },
  },
];

/** For contracts that sign the time. */
function times(tolerance: number): readonly Probe[] {
  const probe = { group: 'time' } as const;
  return [
    {
      ...probe,
      id: 'aged',
      title: `Signed ${tolerance / 2} s ago`,
      should: 'accept',
      because: `the contract allows ${tolerance} s`,
      change: { age: tolerance / 2, eventAge: tolerance / 2 },
    },
    {
      ...probe,
      id: 'late',
      title: `Signed ${tolerance + 60} s ago`,
      should: 'refuse',
      because: `the contract allows ${tolerance} s`,
      lenient: true,
      change: { age: tolerance + 60, eventAge: tolerance + 60 },
    },
    {
      ...probe,
      id: 'stale',
      title: 'Signed a day ago',
      should: 'refuse',
      because: 'a request that was recorded once could be sent again for ever',
      change: { age: DAY, eventAge: DAY },
    },
    {
      ...probe,
      id: 'future',
      title: 'Signed a day in the future',
      should: 'refuse',
      because: 'it would stay valid until then',
      lenient: true,
      change: { age: -DAY, eventAge: -DAY },
    },
  ];
}

const staleHeader: Probe = {
  id: 'stale_header',
  group: 'time',
  title: 'Signed a day ago, event of now',
  should: 'refuse',
  because: 'the time that counts is the signed one, not the one in the body',
  change: { age: DAY },
};

const lateRetry: Probe = {
  id: 'late_retry',
  group: 'time',
  title: 'Signed now, event 14 hours ago',
  should: 'accept',
  because: 'that is what a late retry looks like',
  change: { eventAge: HOURS_14 },
};

function payload(id: string, title: string, data: string): Probe {
  const because = 'it is valid JSON, signed over these bytes';
  return { id, group: 'payload', title, should: 'accept', because, change: { data } };
}

/** JSON so unusual that a receiver may be sound without taking it. */
function exotic(id: string, title: string, data: string): Probe {
  return { ...payload(id, title, data), lenient: true };
}

const payloadProbes: readonly Probe[] = [
  payload('whitespace', 'White space between values', payloads.whitespace),
  payload('key_order', 'Keys in no order', payloads.keyOrder),
  exotic('duplicate_keys', 'A key twice', payloads.duplicateKeys),
  payload('exact_numbers', 'Numbers such as 1.10 and -0', payloads.exactNumbers),
  exotic('huge_number', 'A number beyond doubles: 1e131072', payloads.hugeNumber),
  payload('unicode', 'Letters beyond ASCII', payloads.unicode),
  payload('escapes', 'Letters as \\u escapes', payloads.escapes),
  payload('slashes', 'Slashes, plain and escaped, and HTML', payloads.slashes),
  exotic('odd_text', 'NUL and half a surrogate pair', payloads.oddText),
  exotic('prototype_keys', 'A key named __proto__', payloads.prototypeKeys),
  exotic('deep', 'Nested 64 levels deep', payloads.deep),
  payload('empty', 'Empty data', payloads.empty),
  {
    ...payload('large', 'Data of 200 KiB', payloads.dataOfSize(largeBytes)),
    because: 'an event may have 256 KiB of data',
  },
];

/** The payload probes except the large one, which tests size only. */
export const readingProbes = payloadProbes.filter(({ id }) => id !== 'large');

function otherCase(name: string): string {
  const lower = name.toLowerCase();
  return name === lower ? name.toUpperCase() : lower;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function replaced(body: Uint8Array, from: string, to: string): Uint8Array {
  return utf8(text(body).replace(from, to));
}
