import { sql } from 'kysely';
import type { Queries } from '../db/connect.ts';
import type { Subscriber } from '../endpoints/match.ts';
import type { HoldingRule } from './gate.ts';
import type { NewEvent } from './new-event.ts';

/** An event that is to be stored, with its inner id and where it goes. */
export interface EventRow {
  readonly orgId: string;
  readonly id: string;
  readonly event: NewEvent;
  readonly subscribers: readonly Subscriber[];
  readonly holding: readonly HoldingRule[];
}

/** Stores events with the exact bytes of their data. */
export async function insertEvents(tx: Queries, rows: readonly EventRow[]): Promise<void> {
  if (rows.length === 0) return;
  const column = <T>(read: (row: EventRow) => T): T[] => rows.map(read);
  await sql`
    insert into events (org_id, id, external_id, type, data, occurred_at, deliver_at, audience, metadata, source, created_at)
    select org_id, id, external_id, type, data, coalesce(occurred_at, date_trunc('milliseconds', now())), deliver_at, audience, metadata, source, now()
      from unnest(${column((r) => r.orgId)}::uuid[], ${column((r) => r.id)}::uuid[], ${column((r) => r.event.externalId ?? null)}::text[],
        ${column((r) => r.event.type)}::text[], ${column((r) => r.event.data)}::text[], ${column((r) => r.event.occurredAt?.toISOString() ?? null)}::timestamptz[],
        ${column((r) => r.event.deliverAt?.toISOString() ?? null)}::timestamptz[],
        ${column((r) => (r.event.audience ? JSON.stringify(r.event.audience) : null))}::text[],
        ${column((r) => r.event.metadata ?? null)}::text[], ${column((r) => r.event.source)}::text[])
      as given (org_id, id, external_id, type, data, occurred_at, deliver_at, audience, metadata, source)`.execute(
    tx,
  );
}
