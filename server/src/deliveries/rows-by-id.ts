import { type Selectable, sql } from 'kysely';
import { firstIdAt, timeOfId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';
import { dayMs, startOfDay } from '../db/partitions.ts';
import type { Tables } from '../db/tables.ts';
import type { Body } from './bodies.ts';

/** The ids of a row: its organization's and its own. */
export interface RowName {
  readonly orgId: string;
  readonly id: string;
}

const eventColumns = ['org_id', 'id', 'external_id', 'type', 'data', 'occurred_at', 'source'] as const;
const endpointColumns = ['org_id', 'id', 'url', 'headers', 'retry_delays', 'projection'] as const;
const bodyColumns = ['id', 'content'] as const;

/** An event as far as sending it needs. */
export type EventRow = Pick<Selectable<Tables['events']>, (typeof eventColumns)[number]>;
/** An endpoint as far as sending to it needs. */
export type EndpointRow = Pick<Selectable<Tables['endpoints']>, (typeof endpointColumns)[number]>;
type BodyRow = Pick<Selectable<Tables['bodies']>, (typeof bodyColumns)[number]>;

/** Answers those that are there, by id. Names may repeat. */
export async function readEvents(
  queries: Queries,
  names: readonly RowName[],
): Promise<Map<string, EventRow>> {
  return byId(await rowsByDay<EventRow>(queries, 'events', eventColumns, names));
}

/** Answers those that are there, deleted ones too, by id. Names may repeat. */
export async function readEndpoints(
  queries: Queries,
  names: readonly RowName[],
): Promise<Map<string, EndpointRow>> {
  const { rows } = await rowsOf<EndpointRow>('endpoints', endpointColumns, unique(names)).execute(queries);
  return byId(rows);
}

/** Answers those that are there, by id. Names may repeat. */
export async function readBodies(queries: Queries, names: readonly RowName[]): Promise<Map<string, Body>> {
  const rows = await rowsByDay<BodyRow>(queries, 'bodies', bodyColumns, names);
  return byId(rows.map(({ id, content }) => ({ id, bytes: Buffer.from(content) })));
}

/** Without repetitions. */
export function unique(names: readonly RowName[]): RowName[] {
  return [...new Map(names.map((name) => [name.id, name])).values()];
}

function byId<Row extends { readonly id: string }>(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}

/** Finds rows one by one through the primary key, however a plan of it was made. */
function rowsOf<Row>(
  table: 'events' | 'endpoints' | 'bodies',
  columns: readonly string[],
  names: readonly RowName[],
  within = sql<boolean>`true`,
) {
  return sql<Row>`
    select found.* from unnest(${names.map((name) => name.orgId)}::uuid[], ${names.map((name) => name.id)}::uuid[]) as wanted (org_id, id)
     cross join lateral (
       select ${sql.join(columns.map((column) => sql.ref(column)))} from ${sql.table(table)}
        where org_id = wanted.org_id and id = wanted.id and ${within} offset 0) found`;
}

/**
 * Rows of a table of daily partitions, with a statement for each day. A plan that is kept locks every partition that it
 * might read; the day as a constant leaves one.
 */
async function rowsByDay<Row>(
  queries: Queries,
  table: 'events' | 'bodies',
  columns: readonly string[],
  names: readonly RowName[],
): Promise<Row[]> {
  const found: Row[] = [];
  for (const [start, some] of Map.groupBy(unique(names), ({ id }) => startOfDay(timeOfId(id)))) {
    const within = sql<boolean>`id >= ${sql.lit(firstIdAt(start))} and id < ${sql.lit(firstIdAt(start + dayMs))}`;
    found.push(...(await rowsOf<Row>(table, columns, some, within).execute(queries)).rows);
  }
  return found;
}
