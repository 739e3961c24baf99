/** Receivers as people write them: one that is sound, and one for each mistake that the doctor can name. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Contract, flowbeacon, flowxtra, fluxdesk, standard, verify } from '../../src/index.ts';
import { secretOf } from '../messages.ts';
import type { Received, Receiver, Reply } from './http.ts';

const accepted: Reply = { status: 204 };
const refused: Reply = { status: 401, body: 'bad signature' };

/** What a receiver looks at, changed before it is verified; then what it does with what is genuine. */
interface Habits {
  readonly secret?: string;
  readonly now?: (received: Received) => Date;
  readonly headers?: (received: Received) => Record<string, string | string[] | undefined>;
  readonly body?: (body: Buffer) => Buffer | string;
  readonly genuine?: (received: Received) => Reply | Promise<Reply>;
}

export function receiverOf(contract: Contract, habits: Habits = {}): Receiver {
  return async (received) => {
    const result = await verify(contract, {
      headers: habits.headers?.(received) ?? received.headers,
      body: habits.body?.(received.body) ?? received.body,
      secret: habits.secret ?? secretOf(contract),
      now: habits.now?.(received) ?? new Date(),
    });
    return result.ok ? (habits.genuine?.(received) ?? accepted) : refused;
  };
}

const json = (body: Buffer) => JSON.parse(body.toString());
const header = ({ headers }: Received, name: string) => String(headers[name] ?? '');
const key = (contract: Contract) => Buffer.from(secretOf(contract));
const hex = (secret: Buffer | string, content: string | Buffer) =>
  createHmac('sha256', secret).update(content).digest('hex');
/** The signed time as now: no age is too great. */
const ageless = (received: Received) => new Date(Number(header(received, 'webhook-timestamp')) * 1000);
const bodyTime = ({ body }: Received) => new Date(/"timestamp":"([^"]+)"/.exec(body.toString())?.[1] ?? 0);

/** Signs the way a mistaken receiver does, and compares hex. */
function flowxtraHex(
  input: (received: Received) => string,
  secret: Buffer | string = key(flowxtra),
): Receiver {
  return (received) => {
    const given = header(received, 'x-flowxtra-signature');
    return given === `sha256=${hex(secret, input(received))}` ? accepted : refused;
  };
}

function standardBase64(content: (received: Received) => string, secret: Buffer | string): Receiver {
  return (received) => {
    const expected = `v1,${createHmac('sha256', secret).update(content(received)).digest('base64')}`;
    return header(received, 'webhook-signature') === expected ? accepted : refused;
  };
}
const standardContent = (received: Received) =>
  `${header(received, 'webhook-id')}.${header(received, 'webhook-timestamp')}.${received.body}`;
const standardKey = Buffer.from(secretOf(standard).slice('whsec_'.length), 'base64');

interface Mistake {
  /** The cause that the doctor should name first. */
  readonly cause: string;
  /** What it should say. */
  readonly says: RegExp;
  readonly contract: Contract;
  readonly start: () => Receiver;
  readonly timeoutMs?: number;
  /** What else it should name. */
  readonly besides?: readonly string[];
  /** Sound enough to receive: warned about only. */
  readonly sound?: true;
}

const once = () => {
  const ids = new Set<string>();
  return (id: string) => ids.size === ids.add(id).size;
};

export const mistakes: Readonly<Record<string, Mistake>> = {
  'checks nothing': {
    cause: 'checks_nothing',
    says: /does not check the signature at all/,
    contract: standard,
    start: () => () => accepted,
  },
  'is a web site that answers everything': {
    cause: 'checks_nothing',
    says: /web page/,
    contract: fluxdesk,
    start: () => () => ({ status: 200, headers: { 'Content-Type': 'text/html' }, body: '<!doctype html>' }),
  },
  'looks whether the header is there': {
    cause: 'checks_presence_only',
    says: /only looks whether/,
    contract: flowxtra,
    start: () => (received) => (header(received, 'x-flowxtra-signature') === '' ? refused : accepted),
  },
  'checks a signature where there is one': {
    cause: 'signature_optional',
    says: /without a signature/,
    contract: flowxtra,
    start: () => (received) =>
      header(received, 'x-flowxtra-signature') === '' ? accepted : receiverOf(flowxtra)(received),
  },
  'signs parsed JSON': {
    cause: 'parsed_json',
    says: /parsed JSON instead of raw bytes/,
    contract: flowxtra,
    start: () =>
      receiverOf(flowxtra, { body: (body) => (body.length === 0 ? body : JSON.stringify(safe(body))) }),
  },
  'signs JSON written by Python': {
    cause: 'computes_otherwise',
    says: /written anew with spaces.*Python/,
    contract: flowxtra,
    start: () =>
      flowxtraHex(({ body }) => JSON.stringify(safe(body)).replaceAll('":', '": ').replaceAll(',"', ', "')),
  },
  'signs JSON written by Go': {
    cause: 'computes_otherwise',
    says: /keys sorted/,
    contract: flowxtra,
    start: () => flowxtraHex(({ body }) => JSON.stringify(sorted(safe(body)))),
  },
  'takes the text of a base64 secret as the key': {
    cause: 'computes_otherwise',
    says: /whole text of the secret as the key.*decode it/s,
    contract: standard,
    start: () => standardBase64(standardContent, secretOf(standard)),
  },
  'leaves the prefix out of the key': {
    cause: 'computes_otherwise',
    says: /leaves the prefix/,
    contract: fluxdesk,
    start: () => (received) =>
      header(received, 'x-fluxdesk-signature') === `v1=${hex(secretOf(fluxdesk).slice(6), received.body)}`
        ? accepted
        : refused,
  },
  'decodes a text secret from hex': {
    cause: 'computes_otherwise',
    says: /decodes the secret as hex/,
    contract: flowxtra,
    start: () => flowxtraHex(({ body }) => String(body), Buffer.from(secretOf(flowxtra), 'hex')),
  },
  'has read its secret with the line break': {
    cause: 'computes_otherwise',
    says: /line break at the end/,
    contract: flowxtra,
    start: () => flowxtraHex(({ body }) => String(body), `${secretOf(flowxtra)}\n`),
  },
  'has quotation marks around its secret': {
    cause: 'computes_otherwise',
    says: /quotation marks/,
    contract: flowxtra,
    start: () => flowxtraHex(({ body }) => String(body), `"${secretOf(flowxtra)}"`),
  },
  'signs the body alone': {
    cause: 'computes_otherwise',
    says: /the body alone/,
    contract: standard,
    start: () => standardBase64(({ body }) => String(body), standardKey),
  },
  'signs the time and the body only': {
    cause: 'computes_otherwise',
    says: /the time and the body only/,
    contract: standard,
    start: () => standardBase64((r) => `${header(r, 'webhook-timestamp')}.${r.body}`, standardKey),
  },
  'compares base64 with hex': {
    cause: 'computes_otherwise',
    says: /in hex where the contract has base64/,
    contract: flowxtra,
    start: () => (received) =>
      header(received, 'x-flowxtra-signature') ===
      `sha256=${createHmac('sha256', key(flowxtra)).update(received.body).digest('base64')}`
        ? accepted
        : refused,
  },
  'compares the header with the bare signature': {
    cause: 'computes_otherwise',
    says: /whole header with the bare signature/,
    contract: flowxtra,
    start: () => (received) =>
      header(received, 'x-flowxtra-signature') === hex(key(flowxtra), received.body) ? accepted : refused,
  },
  'speaks another dialect': {
    cause: 'computes_otherwise',
    says: /a receiver of the fluxdesk contract/,
    contract: flowxtra,
    start: () => receiverOf(fluxdesk, { secret: secretOf(flowxtra) }),
  },
  'has another secret': {
    cause: 'unknown_signature',
    says: /refuses a good delivery \(401\)/,
    contract: standard,
    start: () => receiverOf(standard, { secret: secretOf(standard, 2) }),
  },
  'is behind a login': {
    cause: 'wants_login',
    says: /asks for Basic credentials/,
    contract: standard,
    start: () => () => ({ status: 401, headers: { 'WWW-Authenticate': 'Basic realm="staging"' } }),
  },
  'crashes on every delivery': {
    cause: 'crashes_on_delivery',
    says: /fails on a good delivery \(500\).*refuses forgeries/s,
    contract: standard,
    start: () => receiverOf(standard, { genuine: () => ({ status: 500, body: 'no such column' }) }),
  },
  'crashes on everything': {
    cause: 'crashes_on_delivery',
    says: /before it can tell/,
    contract: fluxdesk,
    start: () => () => ({ status: 500 }),
  },
  'parses first, and breaks': {
    cause: 'crashes_on_json',
    says: /parses the body before verifying, and crashes \(500\)/,
    contract: flowbeacon,
    start: () => (received) => {
      strict(received.body);
      return receiverOf(flowbeacon)(received);
    },
  },
  'compares as much as was sent': {
    cause: 'compares_prefix',
    says: /only as much of the signature as was sent/,
    contract: flowxtra,
    start: () => (received) => {
      const given = header(received, 'x-flowxtra-signature');
      const right = `sha256=${hex(key(flowxtra), received.body)}`;
      return given.startsWith('sha256=') && right.startsWith(given) ? accepted : refused;
    },
  },
  'forgets the tolerance': {
    cause: 'no_tolerance',
    says: /without a tolerance/,
    contract: standard,
    start: () => receiverOf(standard, { now: ageless }),
  },
  'takes the time from the body': {
    cause: 'body_time',
    says: /timestamp from the body/,
    contract: standard,
    start: () => (received) => {
      const age = Math.abs(Date.now() - bodyTime(received).getTime());
      return age > 300_000 ? refused : receiverOf(standard, { now: ageless })(received);
    },
  },
  'refuses events of yesterday': {
    cause: 'body_time',
    says: /do not bound the age/,
    contract: flowxtra,
    start: () => (received) => {
      const verified = receiverOf(flowxtra);
      return Date.now() - bodyTime(received).getTime() < 300_000 ? verified(received) : refused;
    },
  },
  'looks at the first signature': {
    cause: 'first_signature_only',
    says: /first signature only/,
    contract: standard,
    start: () =>
      receiverOf(standard, {
        headers: ({ headers }) => ({
          ...headers,
          'webhook-signature': String(headers['webhook-signature'] ?? '').split(' ')[0],
        }),
      }),
  },
  'answers duplicates with a conflict': {
    cause: 'refuses_duplicates',
    says: /answers 409 to a delivery that it has already/,
    contract: standard,
    start: () => {
      const isKnown = once();
      return receiverOf(standard, {
        genuine: (received) => (isKnown(header(received, 'webhook-id')) ? { status: 409 } : accepted),
      });
    },
  },
  'looks up header names by their case': {
    cause: 'case_sensitive_headers',
    says: /by their case/,
    contract: fluxdesk,
    start: () => (received) =>
      received.rawHeaders.includes('X-FluxDesk-Signature') ? receiverOf(fluxdesk)(received) : refused,
  },
  'reads the body as Latin-1': {
    cause: 'text_encoding',
    says: /another encoding/,
    contract: fluxdesk,
    start: () => receiverOf(fluxdesk, { body: (body) => body.toString('latin1') }),
  },
  'takes 100 kB at most': {
    cause: 'size_limit',
    says: /about 96 to 104 KiB.*answers 413/s,
    contract: flowbeacon,
    start: () => (received) =>
      received.body.length > 102_400 ? { status: 413 } : receiverOf(flowbeacon)(received),
  },
  'cannot store NUL': {
    cause: 'crashes_on_payload',
    says: /after verifying it/,
    contract: standard,
    start: () =>
      receiverOf(standard, {
        genuine: ({ body }) => ({
          status: body.includes('\\u0000') ? 500 : 204,
          body: 'invalid byte sequence',
        }),
      }),
  },
  'allows a minute': {
    cause: 'narrow_tolerance',
    says: /too narrow a tolerance/,
    contract: flowbeacon,
    start: () => (received) => {
      const signed = Number(/t=(\d+)/.exec(header(received, 'x-fb-signature'))?.[1] ?? 0);
      return Math.abs(Date.now() / 1000 - signed) > 60 ? refused : receiverOf(flowbeacon)(received);
    },
  },
  'has a clock that is an hour fast': {
    cause: 'clock',
    says: /its clock is (?:3599|3600) s fast/,
    contract: standard,
    start: () => {
      const hourLater = () => new Date(Date.now() + 3_600_000);
      const verified = receiverOf(standard, { now: hourLater });
      return async (received) => ({
        ...(await verified(received)),
        headers: { Date: hourLater().toUTCString() },
      });
    },
  },
  'has a clock that is a minute slow': {
    cause: 'clock',
    says: /its clock is (?:59|60|61) s slow/,
    contract: standard,
    sound: true,
    start: () => {
      const minuteAgo = () => new Date(Date.now() - 60_000);
      const verified = receiverOf(standard, { now: minuteAgo });
      return async (received) => ({
        ...(await verified(received)),
        headers: { Date: minuteAgo().toUTCString() },
      });
    },
  },
  'allows an hour': {
    cause: 'wide_tolerance',
    says: /wider than 300 s/,
    contract: standard,
    sound: true,
    start: () => (received) => {
      const late = Math.abs(Date.now() - ageless(received).getTime()) > 3_600_000;
      return late ? refused : receiverOf(standard, { now: ageless })(received);
    },
  },
  'bounds the past only': {
    cause: 'takes_future',
    says: /one side only/,
    contract: standard,
    sound: true,
    start: () => (received) => {
      const signed = ageless(received);
      return receiverOf(standard, { now: () => (signed.getTime() > Date.now() ? signed : new Date()) })(
        received,
      );
    },
  },
  'compares signatures of different lengths': {
    cause: 'crashes_on_signature',
    says: /missing or of another length/,
    contract: flowxtra,
    sound: true,
    start: () => (received) => {
      const right = Buffer.from(`sha256=${hex(key(flowxtra), received.body)}`);
      const given = Buffer.from(header(received, 'x-flowxtra-signature'));
      return timingSafeEqual(right, given) ? accepted : refused;
    },
  },
  'validates what it verified': {
    cause: 'refuses_payload',
    says: /refuses some valid JSON/,
    contract: standard,
    sound: true,
    start: () =>
      receiverOf(standard, {
        genuine: ({ body }) => (body.includes('1e131072') ? { status: 422 } : accepted),
      }),
  },
  'takes its time': {
    cause: 'slow',
    says: /slow: 0\.\d s of 0\.5 s/,
    contract: fluxdesk,
    timeoutMs: 500,
    sound: true,
    start: () =>
      receiverOf(fluxdesk, {
        genuine: () => new Promise((resolve) => setTimeout(() => resolve(accepted), 300)),
      }),
  },
  'limits the rate': {
    cause: 'rate_limited',
    says: /limits the rate/,
    contract: fluxdesk,
    sound: true,
    start: () => {
      let count = 0;
      const verified = receiverOf(fluxdesk);
      return (received) => {
        count += 1;
        return count > 15 ? { status: 429 } : verified(received);
      };
    },
  },
  'answers a redirect': {
    cause: 'redirect',
    says: /answers a redirect/,
    contract: standard,
    start: () => () => ({
      status: 301,
      headers: { Location: 'https://u:hidden@www.example.com/webhooks?key=hidden' },
    }),
  },
  'has no such path': {
    cause: 'wrong_route',
    says: /no such route \(404\)/,
    contract: standard,
    start: () => () => ({ status: 404 }),
  },
  'takes GET only': {
    cause: 'wrong_route',
    says: /does not take POST/,
    contract: flowbeacon,
    start: () => () => ({ status: 405 }),
  },
  'answers that it is gone': {
    cause: 'gone',
    says: /asks to be disabled \(410\)/,
    contract: fluxdesk,
    start: () => () => ({ status: 410 }),
  },
  'answers nothing': {
    cause: 'timeout',
    says: /does not answer in time/,
    contract: standard,
    timeoutMs: 200,
    start: () => () => new Promise(() => {}),
  },
};

function safe(body: Buffer): unknown {
  try {
    return json(body);
  } catch {
    return null;
  }
}

/** A parser that knows neither duplicate keys nor great numbers. */
function strict(body: Buffer): void {
  JSON.parse(body.toString(), (key, value: unknown) => {
    if (value === Number.POSITIVE_INFINITY) throw new RangeError(`${key} is out of range`);
    return value;
  });
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}
