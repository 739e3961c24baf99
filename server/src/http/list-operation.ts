import type { Static, TObject, TProperties, TSchema } from 'typebox';
import type { Page } from '../db/page.ts';
import { Closed } from './fields.ts';
import type { Context, Input, Operation, Typed } from './operation.ts';
import { PageOf, PageQuery, readPage } from './page.ts';

type ListInput<Params extends TSchema | undefined, Query extends TProperties> = Input<
  Typed<Params>,
  Static<TObject<Query>> & Static<typeof PageQuery>,
  undefined
>;

/** Makes an operation that answers a list in pages. */
export function listOperation<
  Row,
  Params extends TSchema | undefined = undefined,
  Query extends TProperties = Record<never, never>,
>({
  params,
  query,
  item,
  read,
  position,
  show,
  ...described
}: Pick<Operation, 'id' | 'summary' | 'description' | 'group'> & {
  readonly params?: Params;
  /** Query parameters besides `limit` and `cursor`. `order` changes the list, so a cursor is valid for one order only. */
  readonly query?: Query;
  /** The schema of an entry. */
  readonly item: TSchema;
  read(context: Context, input: ListInput<Params, Query>, page: Page): Promise<readonly Row[]>;
  /** The position of a row in the list, for `Page.after`. */
  position(row: Row, input: ListInput<Params, Query>): string;
  /** The entry of a row. */
  show(row: Row, context: Context, input: ListInput<Params, Query>): unknown;
}): Operation {
  return {
    ...described,
    takes: { ...(params && { params }), query: Closed({ ...PageQuery.properties, ...query }) },
    answers: { 200: { description: 'A page', schema: PageOf(item) } },
    runs: { mode: 'read', repeatable: true },
    async handle(context: Context, input: ListInput<Params, Query>) {
      const order = 'order' in input.query ? input.query.order : '';
      const { rows, nextCursor } = await readPage(context, input.query, {
        name: JSON.stringify([described.id, input.params, order]),
        read: (page) => read(context, input, page),
        position: (row) => position(row, input),
      });
      return {
        status: 200,
        body: { data: rows.map((row) => show(row, context, input)), next_cursor: nextCursor },
      };
    },
  };
}
