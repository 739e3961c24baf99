import { type SourceFile, withoutComments } from './source.ts';
import { roomOf } from './walls.ts';

const creation = /\bcreate\s+table\s+(?:if\s+not\s+exists\s+)?(?!if\b)"?(\w+)"?(\s+partition\s+of\b)?/gi;

const writes = [
  /\b(?:insert\s+into|delete\s+from|merge\s+into|truncate(?:\s+table)?|copy)\s+(?:only\s+)?"?(\w+|\$\{)/gi,
  // Only with `set` behind it: `for update`, `do update set` and prose are something else.
  /\bupdate\s+(?:only\s+)?"?(\w+|\$\{[^}]*\})"?(?:\s+(?:as\s+)?(?!set\b)\w+)?\s+set\b/gi,
  /\.(?:insertInto|updateTable|deleteFrom|mergeInto|replaceInto)\(\s*(?:'(\w+)[^']*'|"(\w+)[^"]*"|(?=[^'"\s]))/g,
];

/** The tables that migrations and sources create, without partitions. */
export function tablesMadeBy(files: readonly SourceFile[]): string[] {
  const names = files.flatMap(({ text }) =>
    [...text.matchAll(creation)].flatMap((match) => (match[2] === undefined ? [match[1] ?? ''] : [])),
  );
  return [...new Set(names)].sort();
}

/** Table → the rooms whose sources write it. A name that cannot be read from the source is kept as `?`. */
function writersOf(files: readonly SourceFile[]): Map<string, Set<string>> {
  const writers = new Map<string, Set<string>>();
  for (const file of files) {
    const code = withoutComments(file).replace(/--[^\n]*/g, '');
    for (const match of writes.flatMap((write) => [...code.matchAll(write)])) {
      const name = match[1] ?? match[2] ?? '?';
      const table = name.startsWith('${') ? '?' : name;
      writers.set(table, (writers.get(table) ?? new Set()).add(roomOf(file.path)));
    }
  }
  return writers;
}

/** Tables that several rooms write, that no room writes, or that no migration creates; each as one line to read. */
export function findDisputedTables(
  sources: readonly SourceFile[],
  migrations: readonly SourceFile[],
  unwritten: Readonly<Record<string, string>>,
): string[] {
  const tables = new Set(tablesMadeBy([...migrations, ...sources]));
  const writers = writersOf(sources);
  const problems: string[] = [];
  for (const [table, rooms] of writers) {
    if (table === '?')
      problems.push(`a table whose name is put together is written by ${[...rooms].join(', ')}`);
    else if (!tables.has(table))
      problems.push(`${table} is written by ${[...rooms].join(', ')}, but no migration makes it`);
    else if (rooms.size > 1) problems.push(`${table} is written by ${[...rooms].sort().join(' and ')}`);
  }
  for (const table of tables) {
    if (!writers.has(table) && !(table in unwritten)) problems.push(`${table} is written by no room`);
  }
  for (const table of Object.keys(unwritten)) {
    if (writers.has(table) || !tables.has(table)) problems.push(`${table} need not be listed as unwritten`);
  }
  return problems;
}
