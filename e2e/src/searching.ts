import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';

/** A place where nobody's secret may be, as bytes. */
export interface Haystack {
  readonly name: string;
  readonly content: Buffer;
}

/** Every row of every table, as the database writes it in text: bytes are in hexadecimal. */
export async function dumpTables(databaseUrl: string): Promise<Haystack[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
        where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    const stacks: Haystack[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
      if (rows.length > 0)
        stacks.push({ name: `table ${name}`, content: Buffer.from(rows.map(({ row }) => row).join('\n')) });
    }
    return stacks;
  } finally {
    await client.end();
  }
}

/** Every file in a folder and below. */
export async function readFolder(folder: string): Promise<Haystack[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(files.map(async (path) => ({ name: path, content: await readFile(path) })));
}

/** Which secrets are where, in clear or in an encoding that hides nothing. */
export function findSecrets(secrets: ReadonlyMap<string, string>, haystacks: readonly Haystack[]): string[] {
  return [...secrets].flatMap(([kind, secret]) => {
    const forms = spellings(secret);
    return haystacks
      .filter(({ content }) => forms.some((form) => content.includes(form)))
      .map(({ name }) => `${kind} is in ${name}`);
  });
}

/** The secret itself, what it encodes where it is `prefix_base64`, and both in hexadecimal and base64. */
function spellings(secret: string): Buffer[] {
  const encoded = /_([A-Za-z0-9+/]{32,}=*)$/.exec(secret)?.[1];
  const plain = [Buffer.from(secret), ...(encoded === undefined ? [] : [Buffer.from(encoded, 'base64')])];
  return plain.flatMap((bytes) => [
    bytes,
    Buffer.from(bytes.toString('hex')),
    ...(['base64', 'base64url'] as const).flatMap((encoding) =>
      [0, 1, 2].map((offset) => Buffer.from(withoutEdges(bytes.subarray(offset).toString(encoding)))),
    ),
  ]);
}

/** Of base64 what does not depend on what stands behind it. */
function withoutEdges(text: string): string {
  return text.replaceAll('=', '').slice(0, -2);
}
