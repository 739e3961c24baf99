/**
 * Flowxtra: `{"event", "timestamp", "data"}` with `X-Flowxtra-Signature: sha256=<hex HMAC-SHA256 of the raw body>`. The
 * key is the text of the 64 hex characters, not the bytes that they encode. Three retries after exact delays; nothing is
 * promised about disabling, so only 410 Gone disables.
 */
import { bodySignature } from '../body-signature.ts';
import type { Contract } from '../contract.ts';
import { encodeHex } from '../encodings.ts';
import { splice } from '../envelope.ts';
import { anyEvent } from '../events.ts';
import { goneDisables } from '../responses.ts';
import { textSecret } from '../secrets.ts';
import { httpsOnly } from '../urls.ts';

const secret = textSecret({
  format: encodeHex,
  mask: (text) => `...${text.slice(-6)}`,
  form: /^[0-9a-fA-F]{64}$/,
  described: 'exactly 64 hexadecimal characters',
});

export const flowxtra: Contract = {
  name: 'flowxtra',
  title: 'Flowxtra',
  description: 'Recruiting events as {event, timestamp, data}, signed in X-Flowxtra-Signature.',

  headerNames: [
    'Content-Type',
    'User-Agent',
    'X-Flowxtra-Event',
    'X-Flowxtra-Delivery',
    'X-Flowxtra-Signature',
  ],
  deliveryHeader: 'X-Flowxtra-Delivery',

  encode: (event) =>
    splice(
      `{"event":${JSON.stringify(event.type)},"timestamp":"${withOffset(event.occurredAt)}","data":`,
      event.data,
      '}',
    ),
  headers: (message) => ({
    'Content-Type': 'application/json',
    'User-Agent': 'Flowxtra-Webhooks/1.0',
    'X-Flowxtra-Event': message.event.type,
    'X-Flowxtra-Delivery': message.deliveryUuid,
  }),
  ...bodySignature('X-Flowxtra-Signature', 'sha256=', secret.key),

  event: anyEvent,
  classify: goneDisables,
  retry: { delays: [10, 60, 300], jitter: 0, maxRetryAfterSeconds: 86_400, overridable: true },
  timeoutSeconds: 15,
  disableAfter: null,
  secret: secret.rule,
  url: httpsOnly,
};

/** `2026-04-06T14:30:00+00:00` */
function withOffset(time: Date): string {
  return time.toISOString().replace(/\.\d{3}Z$/, '+00:00');
}
