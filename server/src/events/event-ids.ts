import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { SluiceError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';
import type { AcceptedEvent, NewEvent, Publication } from './new-event.ts';

/** A publisher's own id, and what it stands for already. */
export interface ClaimedId {
  readonly id: string;
  readonly known: AcceptedEvent | null;
}

/**
 * Claims the publishers' own ids, in their order, so that two transactions cannot wait for each other. Answers the
 * events that had theirs before.
 * @param refuse is told the requests that bring a known id with another content
 */
export async function claimEventIds(
  tx: Queries,
  clock: Clock,
  requests: readonly Publication[],
  refuse: (request: Publication, error: SluiceError) => void,
): Promise<ReadonlyMap<NewEvent, ClaimedId>> {
  const claims = requests
    .flatMap((request) => request.events.map((event) => ({ request, event })))
    .flatMap(({ request, event }) =>
      event.externalId == null
        ? []
        : [
            {
              request,
              event,
              externalId: event.externalId,
              id: newId(clock),
              hash: contentHash(event),
            },
          ],
    )
    .sort((a, b) => (`${a.request.orgId} ${a.externalId}` < `${b.request.orgId} ${b.externalId}` ? -1 : 1));
  const ids = new Map<NewEvent, ClaimedId>(
    claims.map((claim) => [claim.event, { id: claim.id, known: null }]),
  );
  if (claims.length === 0) return ids;
  const { rows: fresh } = await sql<{ event_id: string }>`
    insert into event_ids (org_id, external_id, event_id, request_hash, created_at)
    select org_id, external_id, event_id, decode(hash, 'hex'), now()
      from unnest(${claims.map((c) => c.request.orgId)}::uuid[], ${claims.map((c) => c.externalId)}::text[], ${claims.map((c) => c.id)}::uuid[],
                  ${claims.map((c) => c.hash)}::text[]) as given (org_id, external_id, event_id, hash)
    on conflict (org_id, external_id) do nothing
    returning event_id`.execute(tx);
  const isFresh = new Set(fresh.map((row) => row.event_id));
  for (const claim of claims.filter(({ id }) => !isFresh.has(id))) {
    const earlier = await readEarlier(tx, claim.request.orgId, claim.externalId);
    if (earlier.hash === claim.hash)
      ids.set(claim.event, {
        id: earlier.eventId,
        known: { id: claim.externalId, type: claim.event.type, deliveries: earlier.deliveries },
      });
    else {
      // Not ours: it must not be released.
      ids.delete(claim.event);
      refuse(claim.request, new SluiceError('conflict', `Another event has the id "${claim.externalId}".`));
    }
  }
  return ids;
}

/** Gives back the ids that refused requests have claimed. */
export async function releaseEventIds(
  tx: Queries,
  refused: readonly Publication[],
  claimed: ReadonlyMap<NewEvent, ClaimedId>,
): Promise<void> {
  const released = refused
    .flatMap(({ orgId, events }) => events.map((event) => ({ orgId, event })))
    .filter(({ event }) => claimed.get(event)?.known === null);
  if (released.length === 0) return;
  await sql`
    delete from event_ids where (org_id, external_id) in (
      select * from unnest(${released.map(({ orgId }) => orgId)}::uuid[], ${released.map(({ event }) => event.externalId)}::text[]))`.execute(
    tx,
  );
}

async function readEarlier(tx: Queries, orgId: string, externalId: string) {
  const { rows } = await sql<{ event_id: string; hash: string; deliveries: number }>`
    select event_id, encode(request_hash, 'hex') as hash,
           (select count(*)::int from deliveries where org_id = ${orgId} and deliveries.event_id = event_ids.event_id) as deliveries
      from event_ids where org_id = ${orgId} and external_id = ${externalId}`.execute(tx);
  const row = rows[0];
  if (!row) throw new Error('An event id vanished between two statements.');
  return { eventId: row.event_id, hash: row.hash, deliveries: row.deliveries };
}

function contentHash(event: NewEvent): string {
  const parts = [
    event.type,
    event.data,
    event.occurredAt?.toISOString() ?? '',
    event.deliverAt?.toISOString() ?? '',
    JSON.stringify(event.audience ?? null),
    event.metadata ?? '',
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
