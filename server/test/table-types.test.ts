import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { readSources } from './house/source.ts';
import { findTypeDifferences, readDeclaredTables, type StoredColumn } from './house/table-types.ts';
import { createTestDatabase, describeOnEachDatabase } from './support/databases.ts';

const declared = readDeclaredTables(
  readSources('server/src', ['.ts']).filter(({ path }) => /\/(?:tables|column-types)\.ts$/.test(path)),
);

describeOnEachDatabase('table types', (kind) => {
  it('are those of the migrated database: tables, columns, types, and which can be null', async () => {
    const { database, drop } = await createTestDatabase(kind);
    const { rows } = await sql<StoredColumn>`
      select columns.table_name, column_name, udt_name, is_nullable = 'YES' as is_nullable, table_type = 'VIEW' as is_view
        from information_schema.columns
        join information_schema.tables on tables.table_schema = columns.table_schema and tables.table_name = columns.table_name
       where columns.table_schema = 'public' and columns.table_name <> 'migrations'
         and not exists (select 1 from pg_inherits where inhrelid = format('%I.%I', columns.table_schema, columns.table_name)::regclass)
    `.execute(database.queries);
    await drop();
    expect(findTypeDifferences(declared, rows)).toEqual([]);
  });
});

const declaredIn = (text: string) => readDeclaredTables([{ path: 'tables.ts', text }]);
const column = (column_name: string, udt_name: string, is_nullable = false): StoredColumn => ({
  table_name: 'books',
  column_name,
  udt_name,
  is_nullable,
  is_view: false,
});

it('tells of a table or a column that is missing or extra, and of other types', () => {
  const types = declaredIn(`
    interface Tables {
      books: BooksTable;
    }
    interface Thing {
      id: string;
      read_at: OptionalTime;
    }
    interface BooksTable extends Thing {
      state: 'lent' | 'here' | null;
      pages: Generated<number>;
      old: boolean;
    }`);
  const stored = [
    column('id', 'uuid', true),
    column('read_at', 'timestamptz'),
    column('state', 'text', true),
    column('pages', 'text'),
    column('new', 'int4'),
    { ...column('id', 'uuid'), table_name: 'authors' },
  ];
  expect(findTypeDifferences(types, stored)).toEqual([
    'authors has no type',
    'books.old is not in the database',
    'books.id can be null',
    'books.read_at cannot be null',
    'books.pages is string, not number',
    'books.new has no type',
  ]);
});
