import { type Static, type TSchema, Type } from 'typebox';
import { SluiceError } from '../base/errors.ts';
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
  { name, read, position }: List<Row>,
): Promise<{ readonly rows: readonly Row[]; readonly nextCursor: string | null }> {
  const textOf = (place: string) => `${name} ${orgId} ${place}`;
  const isOurs = (place: string, code: string) => sealer.isAuthentic(textOf(place), code);
  const after = cursor === undefined ? null : readCursor(cursor, isOurs);
  const found = await read({ after, limit: limit + 1 });
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  if (found.length <= limit || last === undefined) return { rows, nextCursor: null };
  const place = position(last);
  const nextCursor = `${Buffer.from(place).toString('base64url')}.${sealer.authenticate(textOf(place))}`;
  return { rows, nextCursor };
}

function readCursor(cursor: string, isOurs: (place: string, code: string) => boolean): string {
  const separator = cursor.lastIndexOf('.');
  const [encoded, code] = [cursor.slice(0, Math.max(0, separator)), cursor.slice(separator + 1)];
  const place = Buffer.from(encoded, 'base64url').toString();
  // Decoding ignores invalid characters, so a text other than the one that was answered could decode to the same bytes.
  if (separator < 1 || !isOurs(place, code) || !isCanonical(encoded) || !isCanonical(code))
    throw new SluiceError('invalid_cursor', 'The cursor was not answered by this list.', {
      errors: [{ pointer: '?cursor', detail: 'not a cursor of this list' }],
    });
  return place;
}

function isCanonical(text: string): boolean {
  return Buffer.from(text, 'base64url').toString('base64url') === text;
}

/** A page as JSON text, of entries that are JSON text. */
export function pageText(entries: readonly string[], nextCursor: string | null): string {
  return `{"data":[${entries.join(',')}],"next_cursor":${JSON.stringify(nextCursor)}}`;
}
