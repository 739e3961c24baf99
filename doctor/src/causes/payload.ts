/** Mistakes in how a receiver treats the bytes of a body. */
import type { Outcomes } from '../outcomes.ts';
import { readingProbes } from '../probes.ts';
import type { Cause } from '../report.ts';
import type { SizeLimit } from '../size-limit.ts';

const reading = readingProbes.map(({ id }) => id);
const exotic = new Set(readingProbes.filter(({ lenient }) => lenient === true).map(({ id }) => id));

export function parsedJson(outcomes: Outcomes): Cause | null {
  if (!outcomes.verifiesParsedJson()) return null;
  return {
    code: 'parsed_json',
    level: 'fail',
    title: 'verifies parsed JSON instead of raw bytes',
    explanation:
      'It parses the body and signs the re-encoded JSON. Where that differs from the bytes that were sent (white space, numbers, keys, escapes), a genuine delivery is refused.',
    remedy: 'Keep the raw bytes of the request and verify those; let no JSON parser come before.',
    probes: ['reformatted', ...reading.filter((probe) => outcomes.refused(probe))],
  };
}

export function crashesBeforeVerifying(outcomes: Outcomes): Cause | null {
  const probes = reading.filter((probe) => outcomes.crashed(probe));
  if (!outcomes.crashed('not_json') || outcomes.crashed('wrong_secret')) return null;
  return {
    code: 'crashes_on_json',
    level: 'fail',
    title: `parses the body before verifying, and crashes (${outcomes.status('not_json')}) on unusual JSON`,
    explanation: 'Unsigned data reaches the parser, and valid deliveries may crash it, too.',
    remedy: 'Verify the raw bytes first; then parse, and answer 400 where that fails.',
    probes: ['not_json', ...probes],
  };
}

export function crashesOnPayload(outcomes: Outcomes): Cause | null {
  const probes = reading.filter((probe) => outcomes.crashed(probe));
  if (outcomes.crashed('good') || outcomes.crashed('not_json') || probes.length === 0) return null;
  return {
    code: 'crashes_on_payload',
    level: 'fail',
    title: 'fails on valid, if unusual, JSON after verifying it',
    explanation:
      'The signature is checked well, but the code after it cannot take this data: it would be retried in vain.',
    remedy: 'Store the body as bytes or text, answer 2xx, and deal with its content afterwards.',
    probes,
  };
}

export function refusesPayload(outcomes: Outcomes): Cause | null {
  const probes = reading.filter((probe) => outcomes.refused(probe) && outcomes.status(probe) !== 429);
  if (!outcomes.accepted('good') || outcomes.verifiesParsedJson() || probes.length === 0) return null;
  if (textEncoding(outcomes) !== null && probes.length === 1) return null;
  return {
    code: 'refuses_payload',
    level: probes.every((probe) => exotic.has(probe)) ? 'warn' : 'fail',
    title: 'its parser or validation refuses some valid JSON',
    explanation: 'The bytes seem to be verified well, but not every event would be taken.',
    remedy: 'Store the body as bytes or text, answer 2xx, and deal with its content afterwards.',
    probes,
  };
}

/** A body that is decoded as another encoding and signed as text gives another signature unless it is ASCII. */
export function textEncoding(outcomes: Outcomes): Cause | null {
  const onlyUnicode =
    outcomes.refusedAsForgery('unicode') && outcomes.accepted('escapes') && outcomes.accepted('whitespace');
  if (!onlyUnicode || outcomes.verifiesParsedJson()) return null;
  return {
    code: 'text_encoding',
    level: 'fail',
    title: 'verifies text in another encoding instead of raw bytes',
    explanation: 'It decodes the body as something else than UTF-8 before it computes the signature.',
    remedy: 'Compute the signature over the bytes as they came.',
    probes: ['unicode'],
  };
}

export function sizeLimit(outcomes: Outcomes, limit: SizeLimit | null): Cause | null {
  if (limit === null) return null;
  const status = outcomes.status('large');
  const answered = status === 0 ? 'the connection breaks' : `it answers ${status}`;
  return {
    code: 'size_limit',
    level: 'fail',
    title: `limits the body to about ${kib(limit.accepted)} to ${kib(limit.refused)} KiB`,
    explanation: `Above that ${answered}. An event may have 256 KiB of data, and its envelope comes on top.`,
    remedy:
      'Raise the limit of the framework and of any proxy to 512 kB or more (Express: 100 kB unless told otherwise).',
    probes: ['large'],
  };
}

function kib(bytes: number): number {
  return Math.round(bytes / 1024);
}
