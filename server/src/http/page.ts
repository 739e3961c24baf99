import { type Static, type TSchema, Type } from 'typebox';
import { SluiceError } from '../base/errors.ts';
import type { Sealer } from '../base/seal.ts';
import type { Page } from '../db/page.ts';
import { Closed, OrNull } from './fields.ts';
import type { Context } from './operation.ts';

/** The query parameters of every list. */
export const PageQuery = Closed({
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50, description: 'Entries at most' }),
  cursor: Type.Optional(
    Type.String({ minLength: 1, maxLength: 512, description: '`next_cursor` of the page before' }),
  ),
});

/** The answer of every list. */
export function PageOf<Item extends TSchema>(item: Item) {
  return Type.Object({
    data: Type.Array(item),
    next_cursor: OrNull(Type.String(), {
      description: 'Give it as `cursor` for the next page; null on the last one',
    }),
  });
}

/** How a list is read. */
export interface List<Row> {
  /** A cursor is valid for the list of this name in one organization only. */
  readonly name: string;
  read(page: Page): Promise<readonly Row[]>;
  /** The position of a row, for `Page.after`. */
  position(row: Row): string;
}

/**
 * Reads a page of a list, and one row more to know whether another page follows.
 * @throws {SluiceError} invalid_cursor, for a cursor that this list has not answered
 */
export async function readPage<Row>(
  { sealer, orgId }: Pick<Context, 'sealer' | 'orgId'>,
  { cursor, limit }: Static<typeof PageQuery>,
  { name: list, read, position }: List<Row>,
): Promise<{ readonly rows: readonly Row[]; readonly nextCursor: string | null }> {
  const rows = await read({ after: readCursor({ sealer, list, orgId }, cursor), limit: limit + 1 });
  const page = pageOf({ sealer, list, orgId }, rows, limit, position, (row) => row);
  return { rows: page.data, nextCursor: page.next_cursor };
}

/** Whose list it is: a cursor is good for that list of that organization only. */
export interface ListName {
  readonly sealer: Sealer;
  readonly list: string;
  readonly orgId: string;
}

/**
 * Where a page begins.
 * @throws {SluiceError} invalid_cursor, for anything that this list did not answer itself
 */
export function readCursor({ sealer, list, orgId }: ListName, cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const separator = cursor.lastIndexOf('.');
  const [encoded, code] = [cursor.slice(0, Math.max(0, separator)), cursor.slice(separator + 1)];
  const position = Buffer.from(encoded, 'base64url').toString();
  const authentic = sealer.isAuthentic(`${list} ${orgId} ${position}`, code);
  // Decoding ignores invalid characters, so a text other than the one that was answered could decode to the same bytes.
  if (separator < 1 || !authentic || !isCanonical(encoded) || !isCanonical(code)) {
    throw new SluiceError('invalid_cursor', 'The cursor was not answered by this list.', {
      errors: [{ pointer: '?cursor', detail: 'not a cursor of this list' }],
    });
  }
  return position;
}

function isCanonical(text: string): boolean {
  return Buffer.from(text, 'base64url').toString('base64url') === text;
}

/**
 * Makes a page of rows that were read with one more than the limit, to know whether there are more.
 * @param positionOf what the next page begins after
 */
export function pageOf<Row, Item>(
  name: ListName,
  rows: readonly Row[],
  limit: number,
  positionOf: (row: Row) => string,
  itemOf: (row: Row) => Item,
) {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  const position = more ? positionOf(last) : '';
  const { sealer, list, orgId } = name;
  const cursor = `${Buffer.from(position).toString('base64url')}.${sealer.authenticate(`${list} ${orgId} ${position}`)}`;
  return { data: shown.map(itemOf), next_cursor: more ? cursor : null };
}
