import { type RawBuilder, sql } from 'kysely';

/**
 * `column` equals `other`, for the first column of the key by which a join of the delivery path looks rows up. With a
 * plain `=` the join could also walk the whole index in order, and to a plan that is made while the table is empty that
 * looks as good. The key's other columns take a plain `=`.
 * @param column such as `delivery.org_id`
 */
export function lookUp(column: string, other: string): RawBuilder<boolean> {
  return sql<boolean>`${sql.ref(column)} = any(array[${sql.ref(other)}])`;
}
