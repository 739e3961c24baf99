import { sql } from 'kysely';
import type { Queries } from '../db/connect.ts';
import { VersionedCache } from '../tenants/versioned.ts';
import { type Projectable, type Projection, readProjection, showing } from './projection.ts';

/** An enabled endpoint as fan-out needs it. */
export interface Subscriber {
  readonly endpointId: string;
  readonly contract: string;
  readonly patterns: readonly string[];
  /** The member whose endpoint it is; `null` for endpoints of the organization or of an app installation. */
  readonly memberId: string | null;
  /** All that it may be shown; `null`: everything. */
  readonly projection: Projection | null;
}

/** The enabled endpoints of one organization as of one version of them. */
export interface SubscriberList {
  readonly version: number;
  readonly subscribers: readonly Subscriber[];
}

/** `*`, the name of a type, or a prefix with `.*`, which covers everything below it. */
export const patternForm = /^(?:\*|[a-z0-9_]+(?:\.[a-z0-9_]+)*(?:\.\*)?)$/;

export function matchesPattern(pattern: string, type: string): boolean {
  if (pattern === '*' || pattern === type) return true;
  return pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1));
}

/**
 * Who gets an event. Endpoints of the organization and of installations go by type; a member's endpoint only ever
 * gets what was addressed to that member; one with a projection only what shows something through it.
 * @param addressed ids of the members that the event's audience names
 */
export function matchSubscribers(
  list: SubscriberList,
  event: Projectable,
  addressed: ReadonlySet<string>,
): Subscriber[] {
  const shows = showing(event);
  return list.subscribers.filter(
    (subscriber) =>
      (subscriber.memberId === null || addressed.has(subscriber.memberId)) &&
      subscriber.patterns.some((pattern) => matchesPattern(pattern, event.type)) &&
      shows(subscriber.projection),
  );
}

/**
 * Lists of subscribers, kept in memory for as long as their version is the one that the transaction sees. Reading
 * 10,000 endpoints for each event would cost more than everything else about it.
 */
export class SubscriberLists {
  readonly #lists: VersionedCache<SubscriberList>;

  /** @param limit organizations in memory at most */
  constructor(limit?: number) {
    this.#lists = new VersionedCache(limit);
  }

  /** @param versions organization → version of its endpoints, as read earlier in the same transaction */
  load(tx: Queries, versions: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, SubscriberList>> {
    return this.#lists.load(versions, async (stale) => {
      const loaded = await readSubscribers(tx, [...stale.keys()]);
      return new Map(
        [...stale].map(([orgId, version]) => [orgId, { version, subscribers: loaded.get(orgId) ?? [] }]),
      );
    });
  }
}

async function readSubscribers(tx: Queries, orgIds: readonly string[]): Promise<Map<string, Subscriber[]>> {
  const { rows } = await sql<{
    org_id: string;
    id: string;
    contract: string;
    events: string[];
    member_id: string | null;
    projection: string | null;
  }>`
    select org_id, id, contract, events, projection, case when owner_kind = 'member' then owner_id end as member_id
      from endpoints where org_id = any(${orgIds}::uuid[]) and enabled and deleted_at is null
     order by org_id, id`.execute(tx);
  const byOrganization = new Map<string, Subscriber[]>();
  for (const row of rows) {
    const list = byOrganization.get(row.org_id) ?? [];
    list.push({
      endpointId: row.id,
      contract: row.contract,
      patterns: row.events,
      memberId: row.member_id,
      projection: readProjection(row.projection),
    });
    byOrganization.set(row.org_id, list);
  }
  return byOrganization;
}
