/** Fluxo: the body `{id, event, timestamp, data}`; everything else is that of Standard Webhooks, with https:// only. */
import type { Contract } from '../contract.ts';
import { splice } from '../envelope.ts';
import { httpsOnly } from '../urls.ts';
import { standard } from './standard.ts';

export const fluxo: Contract = {
  ...standard,
  name: 'fluxo',
  title: 'Fluxo',
  description: 'Review lifecycle events as {id, event, timestamp, data}, signed as Standard Webhooks.',

  encode: (event) =>
    splice(
      `{"id":${JSON.stringify(event.id)},"event":${JSON.stringify(event.type)},"timestamp":"${event.occurredAt.toISOString()}","data":`,
      event.data,
      '}',
    ),
  headers: (message) => ({ ...standard.headers(message), 'User-Agent': 'Fluxo-Webhooks/1.0' }),
  url: httpsOnly,
};
