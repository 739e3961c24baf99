/**
 * Standard Webhooks: `v1,` and the base64 HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}`, one for each
 * current secret, separated by spaces. Each attempt signs its own time, so a retry after fourteen hours is not stale.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import type { Contract, SignatureInput } from '../contract.ts';
import { decodeBase64, encodeBase64, utf8 } from '../encodings.ts';
import { splice } from '../envelope.ts';
import { anyEvent } from '../events.ts';
import { goneDisables } from '../responses.ts';
import { standardKey, standardSecret } from '../secrets.ts';
import { parseUnixSeconds, unixSeconds } from '../timestamps.ts';
import { plainHttpAllowed } from '../urls.ts';

// A dot in an id would make it ambiguous where id, timestamp and body begin in the signed content.
const ID = /^[\x21-\x2d\x2f-\x7e]{1,256}$/;
const SIGNATURE = /^(?<version>[A-Za-z0-9_-]{1,16}),(?<value>[A-Za-z0-9+/=_-]{1,1024})$/;

export const standard: Contract = {
  name: 'standard',
  title: 'Standard Webhooks',
  description: 'The open standard: webhook-* headers, base64 signatures, several secrets during a rotation.',

  headerNames: ['Content-Type', 'User-Agent', 'webhook-id', 'webhook-timestamp', 'webhook-signature'],
  requiredHeaders: ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
  deliveryHeader: 'webhook-id',

  encode: (event) =>
    splice(
      `{"id":${JSON.stringify(event.id)},"type":${JSON.stringify(event.type)},"timestamp":"${event.occurredAt.toISOString()}","data":`,
      event.data,
      '}',
    ),

  headers: (message) => ({
    'Content-Type': 'application/json',
    'User-Agent': 'Sluice-Webhooks/1.0',
    'webhook-id': message.deliveryId,
    'webhook-timestamp': String(unixSeconds(message.attemptedAt)),
  }),

  signatureInput: (message, secret) =>
    signatureInput(message.deliveryId, unixSeconds(message.attemptedAt), message.body, secret),

  signatureHeaders: (_message, signatures) => ({
    'webhook-signature': signatures.map((signature) => `v1,${encodeBase64(signature)}`).join(' '),
  }),

  readClaim(header, body) {
    const id = header('webhook-id');
    if (!ID.test(id)) return { malformed: 'webhook-id must be printable ASCII without spaces and dots' };
    const timestamp = parseUnixSeconds(header('webhook-timestamp'));
    if (timestamp === null) return { malformed: 'webhook-timestamp must be whole seconds since 1970' };

    const signatures: Uint8Array[] = [];
    for (const part of header('webhook-signature').split(' ')) {
      const { version, value = '' } = SIGNATURE.exec(part)?.groups ?? {};
      if (version === undefined) return { malformed: 'webhook-signature must be like "v1,<base64>"' };
      // Signatures of other versions, such as v1a with a public key, may stand beside v1.
      if (version !== 'v1') continue;
      const signature = decodeBase64(value);
      if (signature?.length !== 32) return { malformed: 'a v1 signature must be the base64 of 32 bytes' };
      signatures.push(signature);
    }
    if (signatures.length === 0) return { malformed: 'webhook-signature has no v1 signature' };
    return {
      signatures,
      timestamp,
      signatureInput: (secret) => signatureInput(id, timestamp, body, secret),
    };
  },
  toleranceSeconds: 300,

  event: anyEvent,
  classify: goneDisables,
  retry: {
    delays: [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400],
    jitter: 0.2,
    maxRetryAfterSeconds: 86_400,
    overridable: true,
  },
  timeoutSeconds: 15,
  disableAfter: { kind: 'failing_for', seconds: 5 * 86_400, counts: 'all' },
  secret: standardSecret,
  url: plainHttpAllowed,
};

function signatureInput(id: string, timestamp: number, body: Uint8Array, secret: string): SignatureInput {
  return { key: standardKey(secret), content: [utf8(`${id}.${timestamp}.`), body] };
}
