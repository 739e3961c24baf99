import type { Endpoint } from '@sluice/client';

/**
 * A webhook as the pages show it, whichever part of the API it comes from; some parts show no more settings than the
 * name, the URL and the events. An `Endpoint` is one.
 */
export type Webhook = Pick<
  Endpoint,
  'id' | 'name' | 'url' | 'events' | 'enabled' | 'disabled_reason' | 'disabled_at' | 'created_at'
> &
  Partial<Pick<Endpoint, 'contract' | 'description' | 'headers' | 'rate_limit' | 'timeout_seconds'>>;

/** What a webhook is called; its URL where it has no name. */
export function nameOf({ name, url }: Pick<Webhook, 'name' | 'url'>): string {
  return name === null || name === '' ? url : name;
}

export function wordsOfEvents(events: readonly string[]): string {
  return events.includes('*') ? 'All events' : events.join(', ');
}

/** Whether its name, its URL or its id has what was typed. */
export function isCalled({ id, name, url }: Pick<Webhook, 'id' | 'name' | 'url'>, search: string): boolean {
  const wanted = search.trim().toLowerCase();
  return [name ?? '', url, id].some((text) => text.toLowerCase().includes(wanted));
}
