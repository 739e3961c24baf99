/**
 * FluxDesk: a notification as one flat object `{"version": 1, "type", "title", …}`, signed in
 * `X-FluxDesk-Signature: v1=<hex HMAC-SHA256 of the raw body>`.
 *
 * The data's members stand beside `version` and `type`. Data without a string `title`, or with a `version` or `type` of
 * its own, would break or shadow what receivers branch on: it becomes the member `data`, with the event type as title.
 *
 * FluxDesk promises disabling after "10 consecutive 4xx/5xx", so an attempt without an answer neither adds to the count
 * nor ends it.
 */

import { bodySignature } from '../body-signature.ts';
import type { Contract } from '../contract.ts';
import { encodeHex } from '../encodings.ts';
import { type ObjectParts, objectParts, splice, spliceMembers } from '../envelope.ts';
import { goneDisables } from '../responses.ts';
import { masked, textSecret } from '../secrets.ts';
import { httpsOnly } from '../urls.ts';

const QUOTE = 0x22;

const secret = textSecret({
  format: (random) => `fdsec_${encodeHex(random)}`,
  mask: (text) => masked(text, 'fdsec_'),
  form: /^[\x21-\x7e]{24,128}$/,
  described: '24 to 128 printable ASCII characters without spaces',
});

export const fluxdesk: Contract = {
  name: 'fluxdesk',
  title: 'FluxDesk',
  description: "A member's notifications as flat objects, signed in X-FluxDesk-Signature.",

  headerNames: [
    'Content-Type',
    'User-Agent',
    'X-FluxDesk-Event-Type',
    'X-FluxDesk-Delivery-Id',
    'X-FluxDesk-Signature',
  ],
  deliveryHeader: 'X-FluxDesk-Delivery-Id',

  encode(event) {
    const type = JSON.stringify(event.type);
    const parts = notification(event.data);
    if (parts !== null) return spliceMembers(`{"version":1,"type":${type}`, parts);
    return splice(`{"version":1,"type":${type},"title":${type},"data":`, event.data, '}');
  },
  headers: (message) => ({
    'Content-Type': 'application/json',
    'User-Agent': 'FluxDesk-Webhooks/1.0',
    'X-FluxDesk-Event-Type': message.event.type,
    'X-FluxDesk-Delivery-Id': message.deliveryUuid,
  }),
  ...bodySignature('X-FluxDesk-Signature', 'v1=', secret.key),

  event: {
    problem: ({ data }) =>
      notification(data) === null
        ? 'The data has no string "title", or a "version" or "type" of its own; it is sent as the member "data".'
        : null,
  },
  classify: goneDisables,
  retry: { delays: [10, 60, 300], jitter: 0, maxRetryAfterSeconds: 86_400, overridable: true },
  timeoutSeconds: 8,
  disableAfter: { kind: 'consecutive_failures', count: 10, counts: 'responses' },
  secret: secret.rule,
  url: httpsOnly,
};

function notification(data: Uint8Array): ObjectParts | null {
  const parts = objectParts(data);
  if (parts === null || parts.members.some(({ key }) => key === 'version' || key === 'type')) return null;
  const titles = parts.members.filter(({ key }) => key === 'title');
  const hasTitle = titles.length > 0 && titles.every(({ valueStart }) => data[valueStart] === QUOTE);
  return hasTitle ? parts : null;
}
