import { sql } from 'kysely';
import type { Queries } from '../db/connect.ts';

const rowsAtOnce = 5_000;

/** Whether an open delivery still needs an event with an id in this range. */
export async function holdsEventsBetween(queries: Queries, from: string, until: string): Promise<boolean> {
  const { rows } =
    await sql`select 1 from open_deliveries where event_id >= ${from} and event_id < ${until} limit 1`.execute(
      queries,
    );
  return rows.length > 0;
}

/**
 * Deletes rows of the ledger that are in no day's partition and so are dropped with none; at most 5,000 of each table,
 * and answers how many. What an open delivery still needs stays.
 * @param before the id before which they are past retention
 */
export async function deleteUnpartitionedRows(queries: Queries, before: string): Promise<number> {
  const bodies = await sql`
    delete from bodies where tableoid = 'bodies_default'::regclass and (org_id, id) in (
      select org_id, id from bodies_default body
       where id < ${before} and not exists (
         select 1 from open_deliveries delivery where delivery.org_id = body.org_id and delivery.body_id = body.id)
       limit ${rowsAtOnce})
    returning 1`.execute(queries);
  const attempts = await sql`
    delete from attempts where tableoid = 'attempts_default'::regclass and (org_id, id) in (
      select org_id, id from attempts_default where id < ${before} limit ${rowsAtOnce})
    returning 1`.execute(queries);
  const deliveries = await sql`
    delete from closed_deliveries where tableoid = 'closed_deliveries_default'::regclass and (org_id, id) in (
      select org_id, id from closed_deliveries_default where id < ${before} limit ${rowsAtOnce})
    returning 1`.execute(queries);
  return bodies.rows.length + attempts.rows.length + deliveries.rows.length;
}
