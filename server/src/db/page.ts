import { type SelectQueryBuilder, type Simplify, sql } from 'kysely';

/** The part of a list to read. */
export interface Page {
  /** Position of the entry before the part, in the order of the list; `null`: from the beginning. */
  readonly after: string | null;
  readonly limit: number;
}

/** The rows of a page, newest first: the order of ids is that of time. */
export function newestFirst<Database, Table extends keyof Database, Row>(
  query: SelectQueryBuilder<Database, Table, Row>,
  { after, limit }: Page,
): Promise<Simplify<Row>[]> {
  const rest = after === null ? query : query.where(sql<boolean>`id < ${after}`);
  return rest.orderBy(sql`id`, 'desc').limit(limit).execute();
}
