/**
 * FlowBeacon: a flat object `{"event", "organization_id", …}` with `X-FB-Signature: t=<unix>,v1=<hex HMAC-SHA256 over
 * "{t}.{raw body}">`. The key is the whole text of the secret, `whsec_` included.
 *
 * Every attempt of a round carries the same signed payload: `t` is when the round began. So all attempts have to be made
 * within the receivers' tolerance of 300 s: the delays are short, endpoints may not replace them, and a `Retry-After`
 * counts up to a minute. A failing subscription stays active: not even 410 disables it.
 *
 * The data's members stand beside the envelope's. Data with an `event` or `organization_id` of its own becomes the
 * member `data` instead, so that no key is there twice.
 */
import type { Contract, SignatureInput } from '../contract.ts';
import { decodeHex, encodeHex, utf8 } from '../encodings.ts';
import { type ObjectParts, objectParts, splice, spliceMembers } from '../envelope.ts';
import { anySuccessEnds } from '../responses.ts';
import { masked, textSecret } from '../secrets.ts';
import { parseUnixSeconds, unixSeconds } from '../timestamps.ts';
import { httpsExceptFor } from '../urls.ts';

const PAIR = /^(?<name>[a-z][a-z0-9]{0,15})=(?<value>[\x21-\x2b\x2d-\x3c\x3e-\x7e]{1,1024})$/;
const LOCAL_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

const secret = textSecret({
  format: (random) => `whsec_${encodeHex(random)}`,
  mask: (text) => masked(text, 'whsec_'),
  form: /^whsec_[A-Za-z0-9_+/=-]{24,128}$/,
  described: '"whsec_" and 24 to 128 letters, digits or _ + / = -',
});

export const flowbeacon: Contract = {
  name: 'flowbeacon',
  title: 'FlowBeacon',
  description: 'Flat event objects, signed with their time in X-FB-Signature; three attempts, one signature.',

  headerNames: ['Content-Type', 'User-Agent', 'X-FB-Event', 'X-FB-Signature'],
  requiredHeaders: ['X-FB-Signature'],
  deliveryHeader: null,

  encode(event) {
    const own = `{"event":${JSON.stringify(event.type)},"organization_id":${JSON.stringify(event.organizationId)}`;
    const parts = flat(event.data);
    return parts === null ? splice(`${own},"data":`, event.data, '}') : spliceMembers(own, parts);
  },
  headers: (message) => ({
    'Content-Type': 'application/json',
    'User-Agent': 'FlowBeacon-Webhook/1.0',
    'X-FB-Event': message.event.type,
  }),
  signatureInput: (message, key) => signatureInput(unixSeconds(message.roundStartedAt), message.body, key),
  signatureHeaders: (message, [signature]) => ({
    'X-FB-Signature': `t=${unixSeconds(message.roundStartedAt)},v1=${encodeHex(signature)}`,
  }),

  readClaim(header, body) {
    const pairs = new Map<string, string>();
    for (const part of header('X-FB-Signature').split(',')) {
      const { name, value = '' } = PAIR.exec(part)?.groups ?? {};
      if (name === undefined) return { malformed: 'X-FB-Signature must be like "t=<unix>,v1=<hex>"' };
      if (pairs.has(name)) return { malformed: `X-FB-Signature has ${name} twice` };
      pairs.set(name, value);
    }
    const timestamp = parseUnixSeconds(pairs.get('t') ?? '');
    if (timestamp === null) return { malformed: 't must be whole seconds since 1970' };
    const signature = decodeHex(pairs.get('v1') ?? '');
    if (signature?.length !== 32) return { malformed: 'v1 must be 64 lower-case hex characters' };
    return {
      signatures: [signature],
      timestamp,
      signatureInput: (key) => signatureInput(timestamp, body, key),
    };
  },
  toleranceSeconds: 300,

  event: {
    problem: ({ data }) =>
      flat(data) === null
        ? 'The data has an "event" or "organization_id" of its own; it is sent as the member "data".'
        : null,
  },
  classify: anySuccessEnds,
  retry: { delays: [5, 30], jitter: 0, maxRetryAfterSeconds: 60, overridable: false },
  timeoutSeconds: 10,
  disableAfter: null,
  secret: secret.rule,
  url: httpsExceptFor((hostname) => LOCAL_HOSTS.includes(hostname), LOCAL_HOSTS.join(', ')),
};

function signatureInput(timestamp: number, body: Uint8Array, key: string): SignatureInput {
  return { key: secret.key(key), content: [utf8(`${timestamp}.`), body] };
}

function flat(data: Uint8Array): ObjectParts | null {
  const parts = objectParts(data);
  const taken = parts?.members.some(({ key }) => key === 'event' || key === 'organization_id');
  return taken === false ? parts : null;
}
