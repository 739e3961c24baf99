import type { ChangeEndpointBody } from '@sluice/client';
import { textOf } from '../text/words.ts';
import type { Webhook } from './webhook.ts';

/** What a form may ask for besides the name. */
export type Field = 'url' | 'events' | 'contract' | 'description' | 'limits' | 'headers';

/** What a form answers: the members that its fields stand for, and no others. */
export type WebhookValues = Pick<
  ChangeEndpointBody,
  'url' | 'events' | 'contract' | 'description' | 'headers' | 'rate_limit' | 'timeout_seconds'
> & { readonly name: string | null };

/** A header of the endpoint's own; its number tells rows apart while they come and go. */
export interface Header {
  readonly number: number;
  readonly name: string;
  readonly value: string;
}

/** A webhook while its form is filled in. */
export interface Draft {
  readonly url: string;
  readonly name: string;
  readonly events: readonly string[];
  readonly contract: string | null;
  readonly description: string;
  readonly headers: readonly Header[];
  /** An empty text where there is none. */
  readonly rateLimit: number | string;
  readonly timeout: number | string;
}

/** @param events what a new webhook asks for */
export function draftOf(webhook: Webhook | undefined, events: readonly string[]): Draft {
  return {
    url: webhook?.url ?? '',
    name: webhook?.name ?? '',
    events: webhook?.events ?? events,
    contract: webhook?.contract ?? null,
    description: webhook?.description ?? '',
    // The values of those that are there are never shown.
    headers: [],
    rateLimit: webhook?.rate_limit ?? '',
    timeout: webhook?.timeout_seconds ?? '',
  };
}

/** @param before what is there already; left out where one is added */
export function valuesOf(draft: Draft, fields: readonly Field[], before?: Webhook): WebhookValues {
  const asks = (field: Field) => fields.includes(field);
  const headers = draft.headers.filter(({ name }) => name !== '');
  const timeout = numberOf(draft.timeout);
  return {
    name: textOf(draft.name),
    ...(asks('url') && { url: draft.url.trim() }),
    ...(asks('events') && { events: [...draft.events] }),
    ...(asks('contract') &&
      draft.contract !== null &&
      draft.contract !== before?.contract && { contract: draft.contract }),
    ...(asks('description') && { description: textOf(draft.description) }),
    ...(asks('headers') &&
      headers.length > 0 && {
        headers: Object.fromEntries(headers.map(({ name, value }) => [name, value])),
      }),
    ...(asks('limits') && { rate_limit: numberOf(draft.rateLimit) }),
    // What is shown may be the contract's; it becomes the endpoint's own only where it is changed.
    ...(asks('limits') && timeout !== (before?.timeout_seconds ?? null) && { timeout_seconds: timeout }),
  };
}

function numberOf(value: number | string): number | null {
  return value === '' ? null : Number(value);
}
