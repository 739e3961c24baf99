import { getContract } from '@sluice/contracts';
import { sql } from 'kysely';
import type { Queries } from '../db/connect.ts';
import { readProjection, showing } from '../endpoints/projection.ts';
import { bodyIdOf } from './body-id.ts';
import { cancelWhere, type DeliveryName } from './changes.ts';
import { phase } from './phases.ts';
import { asWireEvent, type EventRow } from './prepare.ts';

/** A held delivery that may go out. */
export interface Release extends DeliveryName {
  /** What goes out instead of the event's data: one JSON object, as text; `null`: the event as it is. */
  readonly data: string | null;
}

/**
 * Lets held deliveries go: each when it is due, or when its endpoint is enabled again. Changed data becomes the
 * delivery's body here and now, so that the sender can't send the original by mistake. Those that are no longer held
 * (cancelled meanwhile, or their endpoint deleted) are left alone.
 */
export async function releaseHeld(tx: Queries, releases: readonly Release[]): Promise<void> {
  for (const some of slices(releases)) await release(tx, some);
}

async function release(tx: Queries, some: readonly Release[]): Promise<void> {
  const { bodyIds, unseen } = await storeRevisedBodies(tx, some);
  await cancelHeld(tx, unseen);
  const releases = some.filter(({ id, data }) => data === null || bodyIds.has(id));
  await sql`
    update open_deliveries delivery set
      phase = case when not coalesce((select enabled from endpoints where org_id = delivery.org_id and id = delivery.endpoint_id), false) then ${phase.paused}::int
                   when delivery.due_at > now() then ${phase.scheduled}::int else ${phase.ready}::int end,
      due_at = greatest(delivery.due_at, now()), body_id = given.body_id
      from unnest(${releases.map((release) => release.orgId)}::uuid[], ${releases.map((release) => release.id)}::uuid[],
                  ${releases.map((release) => bodyIds.get(release.id) ?? null)}::uuid[]) as given (org_id, id, body_id)
     where delivery.org_id = given.org_id and delivery.id = given.id and delivery.phase = ${phase.held}::int`.execute(
    tx,
  );
}

/** Ends held deliveries as cancelled. */
export async function cancelHeld(tx: Queries, names: readonly DeliveryName[]): Promise<void> {
  for (const some of slices(names)) {
    const given = sql`select * from unnest(${some.map((name) => name.orgId)}::uuid[], ${some.map((name) => name.id)}::uuid[])`;
    await cancelWhere(tx, sql`(org_id, id) in (${given}) and phase = ${phase.held}::int`);
  }
}

/** Statements must not outlast their timeout, nor cancel more than they do at once. */
const rowsAtOnce = 5_000;

function* slices<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < rows.length; from += rowsAtOnce) yield rows.slice(from, from + rowsAtOnce);
}

interface HeldRow extends Omit<EventRow, 'data'> {
  delivery_id: string;
  contract: string;
  projection: string | null;
}

/**
 * Writes what revised deliveries will send, once for each contract and projection of an event. Answers the bodies' ids
 * by delivery, and the deliveries whose endpoints may see nothing of what has become of the event.
 */
async function storeRevisedBodies(
  tx: Queries,
  releases: readonly Release[],
): Promise<{ bodyIds: Map<string, string>; unseen: DeliveryName[] }> {
  const revised = new Map(releases.flatMap(({ id, data }) => (data === null ? [] : [[id, data] as const])));
  if (revised.size === 0) return { bodyIds: new Map(), unseen: [] };
  const { rows } = await sql<HeldRow>`
    select delivery.id as delivery_id, delivery.contract, event.org_id, event.id, event.external_id, event.type, event.occurred_at,
           event.source, endpoint.projection
      from open_deliveries delivery
      join events event on event.org_id = delivery.org_id and event.id = delivery.event_id
      left join endpoints endpoint on endpoint.org_id = delivery.org_id and endpoint.id = delivery.endpoint_id
     where (delivery.org_id, delivery.id) in (
       select * from unnest(${releases.map((release) => release.orgId)}::uuid[], ${releases.map((release) => release.id)}::uuid[]))
       and delivery.phase = ${phase.held}::int
     order by delivery.org_id, delivery.id for update of delivery`.execute(tx);
  const bodies = new Map<string, Map<string, RevisedBody>>();
  const bodyIds = new Map<string, string>();
  const unseen: DeliveryName[] = [];
  for (const row of rows) {
    const data = revised.get(row.delivery_id);
    if (data === undefined) continue;
    if (!showing({ type: row.type, data })(readProjection(row.projection))) {
      unseen.push({ orgId: row.org_id, id: row.delivery_id });
      continue;
    }
    const sameData = bodies.get(data) ?? new Map<string, RevisedBody>();
    bodies.set(data, sameData);
    const key = `${row.id} ${row.contract} ${row.projection ?? ''}`;
    const body = sameData.get(key) ?? encodeRevised(row, data);
    sameData.set(key, body);
    bodyIds.set(row.delivery_id, body.id);
  }
  const list = [...bodies.values()].flatMap((sameData) => [...sameData.values()]);
  await sql`
    insert into bodies (org_id, id, content)
    select * from unnest(${list.map((body) => body.orgId)}::uuid[], ${list.map((body) => body.id)}::uuid[], ${list.map((body) => body.content)}::text[])
    on conflict do nothing`.execute(tx);
  return { bodyIds, unseen };
}

interface RevisedBody {
  readonly orgId: string;
  readonly id: string;
  readonly content: string;
}

function encodeRevised(row: HeldRow, data: string): RevisedBody {
  const contract = getContract(row.contract);
  if (!contract) throw new Error(`This version knows no contract "${row.contract}".`);
  const bytes = contract.encode(asWireEvent({ ...row, data }, row.projection));
  return {
    orgId: row.org_id,
    id: bodyIdOf(row.id, bytes, row.projection),
    content: Buffer.from(bytes).toString(),
  };
}
