/** A receiver for each mistake that the doctor can name. */
import { timingSafeEqual } from 'node:crypto';
import { flowbeacon, flowxtra, fluxdesk, fluxo, standard } from '@sluice/contracts';
import { secretOf } from '../../contracts/test/messages.ts';
import type { Received } from './http.ts';
import { miscomputing } from './miscomputing.ts';
import type { Mistake } from './mistake.ts';
import { safe, strict } from './parsing.ts';
import { accepted, header, hex, key, receiverOf, refused } from './receivers.ts';

/** The signed time as now: no age is too great. */
const ageless = (received: Received) => new Date(Number(header(received, 'webhook-timestamp')) * 1000);
const bodyTime = ({ body }: Received) => new Date(/"timestamp":"([^"]+)"/.exec(body.toString())?.[1] ?? 0);

const once = () => {
  const ids = new Set<string>();
  return (id: string) => ids.size === ids.add(id).size;
};

export const mistakes: Readonly<Record<string, Mistake>> = {
  ...miscomputing,
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
  'is behind a protection against forged forms': {
    cause: 'intercepted',
    says: /CSRF/,
    contract: fluxo,
    start: () => () => ({
      status: 403,
      headers: { 'Content-Type': 'text/html; charset=utf-8' },
      body: '<h1>Forbidden</h1>',
    }),
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
