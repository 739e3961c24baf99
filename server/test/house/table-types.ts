import { type SourceFile, withoutComments } from './source.ts';

/** A column as a table type declares it. */
export interface DeclaredColumn {
  /** The type that is read, without `null`: `string`, `number[]`, `Date`, … */
  readonly type: string;
  readonly nullable: boolean;
}

/** Table → column → what its type says. */
export type DeclaredTables = ReadonlyMap<string, ReadonlyMap<string, DeclaredColumn>>;

/** Types of `column-types.ts` that stand for what is read from a column. */
const times: Readonly<Record<string, string>> = { Time: 'Date', OptionalTime: 'Date | null' };

/**
 * Reads the members of `interface Tables` and the interfaces that they name, as far as such files are written: one member
 * a line, `extends` by name.
 * @param files with their interfaces; names are looked up in the same file first, then in all
 */
export function readDeclaredTables(files: readonly SourceFile[]): DeclaredTables {
  const texts = files.map(withoutComments);
  const parsed = texts.map(interfacesOf);
  const tables = new Map<string, ReadonlyMap<string, DeclaredColumn>>();
  for (const [index, own] of parsed.entries()) {
    const aliases = { ...times, ...aliasesOf(texts[index] ?? '') };
    const find = (name: string): Interface => {
      const found = [own, ...parsed].find((interfaces) => interfaces.has(name))?.get(name);
      if (!found) throw new Error(`There is no interface ${name}.`);
      return found;
    };
    for (const [table, name] of own.get('Tables')?.members ?? []) {
      if (tables.has(table)) throw new Error(`${table} is declared twice.`);
      tables.set(table, new Map(columnsOf(find(name), find, aliases)));
    }
  }
  return tables;
}

interface Interface {
  readonly parents: readonly string[];
  readonly members: ReadonlyMap<string, string>;
}

function interfacesOf(text: string): Map<string, Interface> {
  const found = new Map<string, Interface>();
  for (const match of text.matchAll(/interface (\w+)(?: extends ([\w, ]+))? \{([^{}]*)\}/g)) {
    const [, name = '', parents = '', body = ''] = match;
    const members = [...body.matchAll(/^\s*(\w+): ([^;]+);/gm)].map(
      ([, column = '', type = '']) => [column, type.replace(/\s+/g, ' ')] as const,
    );
    found.set(name, {
      parents: parents.split(/, */).filter((parent) => parent !== ''),
      members: new Map(members),
    });
  }
  return found;
}

/** `type Status = 'open' | 'closed';` by its name. */
function aliasesOf(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^type (\w+) =([^;]+);/gm)].map(([, name = '', type = '']) => [name, type.trim()]),
  );
}

function columnsOf(
  table: Interface,
  find: (name: string) => Interface,
  aliases: Readonly<Record<string, string>>,
): [string, DeclaredColumn][] {
  return [
    ...table.parents.flatMap((parent) => columnsOf(find(parent), find, aliases)),
    ...[...table.members].map(([column, type]): [string, DeclaredColumn] => [
      column,
      readType(type, aliases),
    ]),
  ];
}

function readType(written: string, aliases: Readonly<Record<string, string>>): DeclaredColumn {
  const inner = /^(?:Generated|ColumnType)<([^,>]+)/.exec(written)?.[1] ?? written;
  const parts = (aliases[inner] ?? inner).split(/ *\| */).filter((part) => part !== '');
  const types = new Set(
    parts.filter((part) => part !== 'null').map((part) => (/^'/.test(part) ? 'string' : part)),
  );
  return { type: [...types].join(' | '), nullable: parts.includes('null') };
}

/** A column as the database's catalogue has it. */
export interface StoredColumn {
  readonly table_name: string;
  readonly column_name: string;
  /** Postgres's inner name of the type: `int4`, `_text`, … */
  readonly udt_name: string;
  readonly is_nullable: boolean;
  /** A view's columns do not say whether they can be null. */
  readonly is_view: boolean;
}

/** What the drivers read from each type. */
const typeOf: Readonly<Record<string, string>> = {
  uuid: 'string',
  text: 'string',
  bool: 'boolean',
  int2: 'number',
  int4: 'number',
  int8: 'number',
  float8: 'number',
  bytea: 'Uint8Array',
  timestamptz: 'Date',
  _uuid: 'string[]',
  _text: 'string[]',
  _int4: 'number[]',
};

/** Where the declared types and the catalogue differ, each as one line to read. */
export function findTypeDifferences(declared: DeclaredTables, stored: readonly StoredColumn[]): string[] {
  const names = new Set([...declared.keys(), ...stored.map((column) => column.table_name)]);
  return [...names].sort().flatMap((table) => {
    const columns = stored.filter((column) => column.table_name === table);
    const types = declared.get(table);
    if (!types) return [`${table} has no type`];
    if (columns.length === 0) return [`${table} is not in the database`];
    const extra = [...types.keys()].filter(
      (name) => !columns.some(({ column_name }) => column_name === name),
    );
    return [
      ...extra.map((name) => `${table}.${name} is not in the database`),
      ...columns.flatMap((column) => differencesOf(column, types.get(column.column_name))),
    ];
  });
}

function differencesOf(stored: StoredColumn, declared: DeclaredColumn | undefined): string[] {
  const name = `${stored.table_name}.${stored.column_name}`;
  if (!declared) return [`${name} has no type`];
  const expected = typeOf[stored.udt_name] ?? `what ${stored.udt_name} is read as`;
  return [
    ...(declared.type === expected ? [] : [`${name} is ${expected}, not ${declared.type}`]),
    ...(stored.is_view || declared.nullable === stored.is_nullable
      ? []
      : [`${name} ${stored.is_nullable ? 'can' : 'cannot'} be null`]),
  ];
}
