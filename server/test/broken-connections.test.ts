import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../src/base/log.ts';
import { openServer, type Queries } from '../src/db/connect.ts';
import { createTestDatabase, postgresUrl, type TestDatabase } from './support/databases.ts';

/** Ends a transaction's connection from outside, and waits until this process must have heard of it. */
async function breakOff(tx: Queries, { database }: TestDatabase, heard: () => boolean): Promise<void> {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
  await sql`select pg_terminate_backend(${rows[0]?.pid}::int)`.execute(database.queries);
  await expect.poll(heard, { timeout: 10_000 }).toBe(true);
}

// What nobody listens to would end the process; here it fails the run.
describe.skipIf(postgresUrl === undefined)('a connection that the server ends inside a transaction', () => {
  let control: TestDatabase;
  beforeAll(async () => {
    control = await createTestDatabase('postgres');
  });
  afterAll(() => control.drop());

  it.each(['queries', 'hotPath', 'unhurried'] as const)(
    'fails what it was doing, and nothing else (%s)',
    async (of) => {
      let losses = 0;
      const log = createLogger('silent');
      log.warn = () => {
        losses += 1;
      };
      const database = await openServer({ url: control.url ?? '', log });
      try {
        const work = (queries: Queries) =>
          queries.transaction().execute(async (tx) => {
            await breakOff(tx, control, () => losses > 0);
            await sql`select 1`.execute(tx);
          });
        await expect(of === 'unhurried' ? database.unhurried(work) : work(database[of])).rejects.toThrow();
        expect(losses).toBeGreaterThan(0);
        const { rows } = await sql<{ one: number }>`select 1 as one`.execute(
          of === 'unhurried' ? database.queries : database[of],
        );
        expect(rows).toEqual([{ one: 1 }]);
      } finally {
        await database.close();
      }
    },
  );
});
