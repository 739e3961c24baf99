import { createHash } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import { firstIdAt, timeOfId } from '../base/ids.ts';

/** The bytes that attempts of one event send, under an id that says what they are. */
export interface Body {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** A body as the ledger keeps it: its bytes as UTF-8 text. */
export interface KeptBody {
  readonly orgId: string;
  readonly id: string;
  readonly content: string;
}

/**
 * The id of a body: a UUID in its event's day, made of the event, the bytes and the endpoint's field filter, so that
 * equal bodies of one event share a row.
 * @param projection the endpoint's field filter, as it is stored
 */
export function bodyIdOf(eventId: string, bytes: Uint8Array, projection: string | null): string {
  const digest = createHash('sha256')
    .update(eventId)
    .update(projection ?? '')
    .update(bytes)
    .digest('hex');
  return `${firstIdAt(timeOfId(eventId)).slice(0, 13)}-7${digest.slice(0, 3)}-8${digest.slice(3, 6)}-${digest.slice(6, 18)}`;
}

/**
 * The statement that keeps bodies; those that are there already stay as they are.
 * @param onlyIf which of them, by a condition on `body (org_id, id, content)`
 */
export function keepBodies(
  bodies: readonly KeptBody[],
  onlyIf: RawBuilder<boolean> = sql<boolean>`true`,
): RawBuilder<unknown> {
  return sql`
      insert into bodies (org_id, id, content)
      select * from unnest(${bodies.map((body) => body.orgId)}::uuid[], ${bodies.map((body) => body.id)}::uuid[], ${bodies.map((body) => body.content)}::text[]) as body (org_id, id, content)
       where ${onlyIf}
      on conflict do nothing`;
}
