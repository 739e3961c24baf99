/** Receivers that compute another signature than the contract's. */
import { createHmac } from 'node:crypto';
import { flowxtra, fluxdesk, standard } from '@sluice/contracts';
import { secretOf } from '../../contracts/test/messages.ts';
import type { Received } from './http.ts';
import type { Mistake } from './mistake.ts';
import { safe, sorted } from './parsing.ts';
import {
  accepted,
  flowxtraHex,
  header,
  hex,
  key,
  receiverOf,
  refused,
  standardBase64,
  standardKey,
} from './receivers.ts';

const standardContent = (received: Received) =>
  `${header(received, 'webhook-id')}.${header(received, 'webhook-timestamp')}.${received.body}`;

export const miscomputing: Readonly<Record<string, Mistake>> = {
  'signs JSON written by Python': {
    cause: 'computes_otherwise',
    says: /re-encoded with spaces.*Python/,
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
};
