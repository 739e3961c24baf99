import { sql } from 'kysely';
import type { Queries } from '../db/connect.ts';
import type { Audience } from '../tenants/members.ts';
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

/** `*`, the name of a type, or a prefix with `.*`, which covers everything below it. */
export const patternForm = /^(?:\*|[a-z0-9_]+(?:\.[a-z0-9_]+)*(?:\.\*)?)$/;

export function matchesPattern(pattern: string, type: string): boolean {
  if (pattern === '*' || pattern === type) return true;
  return pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1));
}

/**
 * The endpoints that an event may go to. Endpoints of the organization and of installations go by type; a member's
 * endpoint only by an audience that may name the member; one with a projection only if that shows something of the event.
 * Which members an audience names by role is not known here: `keepAddressed` sorts out the others.
 */
export function matchSubscribers(
  subscribers: readonly Subscriber[],
  event: Projectable & { readonly audience?: Audience | null },
): Subscriber[] {
  const shows = showing(event);
  const mayName = namingOf(event.audience ?? null);
  return subscribers.filter(
    ({ memberId, patterns, projection }) =>
      (memberId === null || mayName(memberId)) &&
      patterns.some((pattern) => matchesPattern(pattern, event.type)) &&
      shows(projection),
  );
}

function namingOf(audience: Audience | null): (memberId: string) => boolean {
  if (audience?.roles?.length) return () => true;
  const named = new Set(audience?.members);
  return (memberId) => named.has(memberId);
}

/** Leaves out the endpoints of members that are not addressed. */
export function keepAddressed(
  subscribers: readonly Subscriber[],
  addressed: ReadonlySet<string>,
): Subscriber[] {
  return subscribers.filter(({ memberId }) => memberId === null || addressed.has(memberId));
}

/** The enabled endpoints of organizations, by the organizations' ids. */
export async function readSubscribers(
  queries: Queries,
  orgIds: readonly string[],
): Promise<Map<string, Subscriber[]>> {
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
     order by org_id, id`.execute(queries);
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
