/** What is wrong with how a receiver treats the bytes of a body. */
import { readingProbes } from '../probes.ts';
import type { Cause } from '../report.ts';
import type { Seen } from '../seen.ts';

const reading = readingProbes.map(({ id }) => id);
const exotic = new Set(readingProbes.filter(({ lenient }) => lenient === true).map(({ id }) => id));

export function parsedJson(seen: Seen): Cause | null {
  if (!seen.verifiesParsedJson()) return null;
  return {
    code: 'parsed_json',
    level: 'fail',
    title: 'verifies parsed JSON instead of raw bytes',
    explanation:
      'It parses the body, writes it anew and signs that. What is written differently from how it was sent (white space, numbers, keys, escapes) is refused though it is genuine.',
    remedy: 'Keep the raw bytes of the request and verify those; let no JSON parser come before.',
    probes: ['reformatted', ...reading.filter((probe) => seen.refused(probe))],
  };
}

export function crashesBeforeVerifying(seen: Seen): Cause | null {
  const probes = reading.filter((probe) => seen.crashed(probe));
  if (!seen.crashed('not_json') || seen.crashed('wrong_secret')) return null;
  return {
    code: 'crashes_on_json',
    level: 'fail',
    title: `parses the body before verifying, and crashes (${seen.status('not_json')}) on unusual JSON`,
    explanation: 'What strangers send reaches the parser, and valid deliveries may break it, too.',
    remedy: 'Verify the raw bytes first; then parse, and answer 400 where that fails.',
    probes: ['not_json', ...probes],
  };
}

export function crashesOnPayload(seen: Seen): Cause | null {
  const probes = reading.filter((probe) => seen.crashed(probe));
  if (seen.crashed('good') || seen.crashed('not_json') || probes.length === 0) return null;
  return {
    code: 'crashes_on_payload',
    level: 'fail',
    title: 'fails on valid, if unusual, JSON after verifying it',
    explanation:
      'The signature is checked well, but what comes after it cannot take this data: it would be retried in vain.',
    remedy: 'Store the body as bytes or text, answer 2xx, and deal with its content afterwards.',
    probes,
  };
}

export function refusesPayload(seen: Seen): Cause | null {
  const probes = reading.filter((probe) => seen.refused(probe) && seen.status(probe) !== 429);
  if (!seen.accepted('good') || seen.verifiesParsedJson() || probes.length === 0) return null;
  if (textEncoding(seen) !== null && probes.length === 1) return null;
  return {
    code: 'refuses_payload',
    level: probes.every((probe) => exotic.has(probe)) ? 'warn' : 'fail',
    title: 'its parser or validation refuses some valid JSON',
    explanation: 'The bytes are verified well, as far as can be seen, but not every event would be taken.',
    remedy: 'Store the body as bytes or text, answer 2xx, and deal with its content afterwards.',
    probes,
  };
}

/** Bytes that are read as text in another encoding, and then signed, differ wherever they are not ASCII. */
export function textEncoding(seen: Seen): Cause | null {
  const onlyUnicode =
    seen.refusedAsForgery('unicode') && seen.accepted('escapes') && seen.accepted('whitespace');
  if (!onlyUnicode || seen.verifiesParsedJson()) return null;
  return {
    code: 'text_encoding',
    level: 'fail',
    title: 'verifies text in another encoding instead of raw bytes',
    explanation: 'It decodes the body as something else than UTF-8 before it computes the signature.',
    remedy: 'Compute the signature over the bytes as they came.',
    probes: ['unicode'],
  };
}

/** @param fits the largest size in bytes that was accepted, and the smallest that was not */
export function sizeLimit(
  seen: Seen,
  fits: { readonly yes: number; readonly no: number } | null,
): Cause | null {
  if (fits === null) return null;
  const status = seen.status('large');
  const answered = status === 0 ? 'the connection breaks' : `it answers ${status}`;
  return {
    code: 'size_limit',
    level: 'fail',
    title: `limits the body to about ${limit(fits)}`,
    explanation: `Above that ${answered}. An event may have 256 KiB of data, and its envelope comes on top.`,
    remedy:
      'Raise the limit of the framework and of any proxy to 512 kB or more (Express: 100 kB unless told otherwise).',
    probes: ['large'],
  };
}

function limit({ yes, no }: { readonly yes: number; readonly no: number }): string {
  const kib = (bytes: number) => Math.round(bytes / 1024);
  return `${kib(yes)} to ${kib(no)} KiB`;
}
