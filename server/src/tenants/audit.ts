import { sql } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';
import { newestFirst, type Page } from '../db/page.ts';

/** The author of a change, and where the request came from. */
export interface Actor {
  /** `operator`, `system`, or the kind and public id of a credential: `key:key_…`, `member:mbr_…`. */
  readonly name: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

export const systemActor: Actor = { name: 'system', ip: null, userAgent: null };

export interface AuditEntry {
  /** Such as `endpoint.created`. */
  readonly action: string;
  /** Public id of the resource. */
  readonly target: string;
  /** Names of what changed, and values that are not secret. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An organization, and the author of a change in it. */
export interface Author {
  readonly orgId: string;
  readonly actor: Actor;
}

/** Writes one entry of an organization's audit log, in the transaction that makes the change. */
export async function recordAudit(
  tx: Queries,
  clock: Clock,
  { orgId, actor }: Author,
  entry: AuditEntry,
): Promise<void> {
  await recordAudits(tx, clock, [{ orgId, actor, entry }]);
}

/** Writes entries of the audit logs of one or several organizations, in one statement. */
export async function recordAudits(
  tx: Queries,
  clock: Clock,
  entries: readonly (Author & { readonly entry: AuditEntry })[],
): Promise<void> {
  if (entries.length === 0) return;
  await tx
    .insertInto('audit_log')
    .values(
      entries.map(({ orgId, actor, entry }) => ({
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

/** A page of the entries that have these values, newest first. */
export function listAudit(queries: Queries, orgId: string, filter: AuditFilter, page: Page) {
  let query = queries.selectFrom('audit_log').selectAll().where('org_id', '=', orgId);
  if (filter.action !== undefined) query = query.where('action', '=', filter.action);
  if (filter.actor !== undefined) query = query.where('actor', '=', filter.actor);
  if (filter.target !== undefined) query = query.where('target', '=', filter.target);
  return newestFirst(query, page);
}
