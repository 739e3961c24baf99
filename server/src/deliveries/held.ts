import { getContract } from '@sluice/contracts';
import { type Selectable, sql } from 'kysely';
import type { Queries } from '../db/connect.ts';
import type { Tables } from '../db/tables.ts';
import { readProjection, showing } from '../endpoints/projection.ts';
import { bodyIdOf, type KeptBody, keepBodies } from './bodies.ts';
import type { DeliveryName } from './changes.ts';
import { cancelWhere } from './close.ts';
import { inPhase, phase } from './phases.ts';
import type { EventRow } from './rows-by-id.ts';
import { asWireEvent } from './wire-event.ts';

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
  const { bodyIds, unseen } = await keepRevisedBodies(tx, some);
  await cancelHeld(tx, unseen);
  const releases = some.filter(({ id, data }) => data === null || bodyIds.has(id));
  await sql`
    update open_deliveries delivery set
      phase = case when not coalesce((select enabled from endpoints where org_id = delivery.org_id and id = delivery.endpoint_id), false) then ${sql.lit(phase.paused)}
                   when delivery.due_at > now() then ${sql.lit(phase.scheduled)} else ${sql.lit(phase.ready)} end,
      due_at = greatest(delivery.due_at, now()), body_id = given.body_id
      from unnest(${releases.map((release) => release.orgId)}::uuid[], ${releases.map((release) => release.id)}::uuid[],
                  ${releases.map((release) => bodyIds.get(release.id) ?? null)}::uuid[]) as given (org_id, id, body_id)
     where delivery.org_id = given.org_id and delivery.id = given.id and ${inPhase(phase.held)}`.execute(tx);
}

/** Ends held deliveries as cancelled. */
export async function cancelHeld(tx: Queries, names: readonly DeliveryName[]): Promise<void> {
  for (const some of slices(names)) {
    const given = sql`select * from unnest(${some.map((name) => name.orgId)}::uuid[], ${some.map((name) => name.id)}::uuid[])`;
    await cancelWhere(tx, sql`(org_id, id) in (${given}) and ${inPhase(phase.held)}`);
  }
}

/** Rows of one statement: it must not outlast its timeout, and cancels no more than `movedAtOnce`. */
const rowsAtOnce = 5_000;

function* slices<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < rows.length; from += rowsAtOnce) yield rows.slice(from, from + rowsAtOnce);
}

type HeldRow = Omit<EventRow, 'data'> &
  Pick<Selectable<Tables['open_deliveries']>, 'contract'> &
  Pick<Selectable<Tables['endpoints']>, 'projection'> & { delivery_id: string };

/**
 * Keeps the bodies that revised deliveries will send, one for each contract and field filter of an event. Answers the
 * bodies' ids by delivery, and the deliveries whose endpoints may see nothing of the revised event.
 */
async function keepRevisedBodies(
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
       and ${inPhase(phase.held)}
     order by delivery.org_id, delivery.id for update of delivery`.execute(tx);
  const bodies = new Map<string, Map<string, KeptBody>>();
  const bodyIds = new Map<string, string>();
  const unseen: DeliveryName[] = [];
  for (const row of rows) {
    const data = revised.get(row.delivery_id);
    if (data === undefined) continue;
    if (!showing({ type: row.type, data })(readProjection(row.projection))) {
      unseen.push({ orgId: row.org_id, id: row.delivery_id });
      continue;
    }
    const sameData = bodies.get(data) ?? new Map<string, KeptBody>();
    bodies.set(data, sameData);
    const key = `${row.id} ${row.contract} ${row.projection ?? ''}`;
    const body = sameData.get(key) ?? encodeRevised(row, data);
    sameData.set(key, body);
    bodyIds.set(row.delivery_id, body.id);
  }
  const list = [...bodies.values()].flatMap((sameData) => [...sameData.values()]);
  await keepBodies(list).execute(tx);
  return { bodyIds, unseen };
}

function encodeRevised(row: HeldRow, data: string): KeptBody {
  const contract = getContract(row.contract);
  if (!contract) throw new Error(`This version knows no contract "${row.contract}".`);
  const bytes = contract.encode(asWireEvent({ ...row, data }, row.projection));
  return {
    orgId: row.org_id,
    id: bodyIdOf(row.id, bytes, row.projection),
    content: Buffer.from(bytes).toString(),
  };
}
