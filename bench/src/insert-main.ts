/**
 * The limit of accepting: what a disk or a database does when nothing but the row is asked for. Appends rows of an
 * event's size for a while, so many in a commit, from so many connections at once.
 */
import { randomUUID } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';

const [kind = 'file', target = '', seconds = '3', rowsAtOnce = '1', connections = '1'] =
  process.argv.slice(2);
const data = JSON.stringify({ sequence: 1, invoice_id: 'in_42', amount: 1999, currency: 'EUR' });
const table = 'create table rows (id uuid primary key, data text not null)';
const insert = 'insert into rows select unnest($1::uuid[]), unnest($2::text[])';
type Append = (ids: readonly string[], texts: readonly string[]) => Promise<unknown>;

/** Answers one function for each connection, and how to let go of them. */
async function open(): Promise<{ appends: Append[]; close(): Promise<void> }> {
  if (kind === 'embedded') {
    const database = await PGlite.create(join(target, 'limit'));
    await database.exec(table);
    return {
      appends: [(ids, texts) => database.query(insert, [ids, texts])],
      close: () => database.close(),
    };
  }
  if (kind === 'postgres') {
    const pool = new pg.Pool({ connectionString: target, max: Number(connections) });
    await pool.query(table);
    const append: Append = (ids, texts) => pool.query({ name: 'append', text: insert, values: [ids, texts] });
    return {
      appends: Array.from({ length: Number(connections) }, () => append),
      close: () => pool.end(),
    };
  }
  const file = openSync(join(target, 'limit.log'), 'w');
  return {
    appends: [
      async (ids, texts) => {
        writeSync(file, ids.map((id, index) => `${id} ${texts[index]}\n`).join(''));
        fdatasyncSync(file);
      },
    ],
    async close() {
      closeSync(file);
    },
  };
}

const { appends, close } = await open();
const texts = Array.from({ length: Number(rowsAtOnce) }, () => data);
const since = performance.now();
let count = 0;
await Promise.all(
  appends.map(async (append) => {
    while (performance.now() - since < Number(seconds) * 1000) {
      await append(
        texts.map(() => randomUUID()),
        texts,
      );
      count += texts.length;
    }
  }),
);
process.stdout.write(`${JSON.stringify({ perSecond: (count / (performance.now() - since)) * 1000 })}\n`);
await close();
