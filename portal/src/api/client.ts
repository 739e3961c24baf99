import { createClient, type Listing } from '@sluice/client';

/**
 * Every operation of the API, typed. The browser sends the session's cookie along, which is why nothing here holds a
 * credential.
 */
export const api = createClient({ url: window.location.origin, attempts: 2, maxWaitSeconds: 5 });

/** As many as a page of the API can have. */
export const mostOnAPage = 200;

/**
 * Reads a list to its end, page after page.
 * @example everyEntry(api.listApps({ limit: mostOnAPage }))
 */
export async function everyEntry<Item>(listing: Listing<Item>): Promise<Item[]> {
  const entries: Item[] = [];
  for await (const entry of listing) entries.push(entry);
  return entries;
}
