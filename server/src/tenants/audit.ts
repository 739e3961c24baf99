import { sql } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';

/** Who does something, and from where. */
export interface Actor {
  /** `operator`, `system`, or the kind and public id of a credential: `key:key_…`, `member:mbr_…`. */
  readonly name: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

export const systemActor: Actor = { name: 'system', ip: null, userAgent: null };

export interface AuditEntry {
  /** What was done: `endpoint.created`. */
  readonly action: string;
  /** The public id of what it was done to. */
  readonly target: string;
  /** Names of what changed and values that are no secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Writes down who did what, in the transaction that does it. */
export async function recordAudit(
  tx: Queries,
  clock: Clock,
  orgId: string,
  actor: Actor,
  entry: AuditEntry,
): Promise<void> {
  await recordAudits(tx, clock, [{ orgId, actor, entry }]);
}

/** The same for several things that are done at once. */
export async function recordAudits(
  tx: Queries,
  clock: Clock,
  deeds: readonly { readonly orgId: string; readonly actor: Actor; readonly entry: AuditEntry }[],
): Promise<void> {
  if (deeds.length === 0) return;
  await tx
    .insertInto('audit_log')
    .values(
      deeds.map(({ orgId, actor, entry }) => ({
        org_id: orgId,
        id: newId(clock),
        actor: actor.name,
        action: entry.action,
        target: entry.target,
        ip: actor.ip,
        user_agent: actor.userAgent,
        details: JSON.stringify(entry.details ?? {}),
        at: sql<Date>`now()`,
      })),
    )
    .execute();
}

export interface AuditFilter {
  readonly action?: string;
  readonly actor?: string;
  readonly target?: string;
}

/** Newest first. */
export function listAudit(
  queries: Queries,
  orgId: string,
  filter: AuditFilter,
  page: { before: string | null; limit: number },
) {
  let query = queries.selectFrom('audit_log').selectAll().where('org_id', '=', orgId);
  if (filter.action !== undefined) query = query.where('action', '=', filter.action);
  if (filter.actor !== undefined) query = query.where('actor', '=', filter.actor);
  if (filter.target !== undefined) query = query.where('target', '=', filter.target);
  if (page.before !== null) query = query.where('id', '<', page.before);
  return query.orderBy('id', 'desc').limit(page.limit).execute();
}
