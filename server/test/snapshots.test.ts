import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { Tables } from '../src/db/tables.ts';
import type { Subscriber } from '../src/endpoints/match.ts';
import { Snapshots, type Versions } from '../src/events/snapshot.ts';

const clock = { now: () => 0, follow: () => {} };
/** Nothing is asked of it: the readers answer by themselves. */
const queries = new Kysely<Tables>({
  dialect: {
    createDriver: () => new DummyDriver(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (database) => new PostgresIntrospector(database),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

/** Snapshots that note what they read; the endpoints of an organization say its name and how often they were read. */
function notingReads(limit?: number, wait: () => Promise<void> = async () => {}) {
  const reads: string[] = [];
  const reader = (part: string) => async (_: unknown, orgIds: readonly string[]) => {
    reads.push(`${part} ${orgIds.join()}`);
    await wait();
    return new Map<string, never>();
  };
  const subscriberOf = (endpointId: string): Subscriber => ({
    endpointId,
    contract: 'x',
    patterns: ['*'],
    memberId: null,
    projection: null,
  });
  const readers = {
    async subscribers(_: unknown, orgIds: readonly string[]) {
      reads.push(`endpoints ${orgIds.join()}`);
      await wait();
      return new Map(orgIds.map((id) => [id, [subscriberOf(`${id}${reads.length}`)]]));
    },
    schemas: reader('schemas'),
    gates: reader('gates'),
  };
  return { reads, snapshots: new Snapshots(clock, readers, limit) };
}

const at = (endpoints: number, eventTypes = 1, gates = 1): Versions => ({ endpoints, eventTypes, gates });
const all = (ids: string, versions = at(1)) => new Map([...ids].map((id) => [id, versions]));

describe('snapshots of organizations', () => {
  it('are read once for each version, and only the part that has changed', async () => {
    const { reads, snapshots } = notingReads();
    const whole = ['endpoints a', 'schemas a', 'gates a'];
    for (const [versions, expected] of [
      [at(1), whole],
      [at(1), []],
      [at(2), ['endpoints a']],
      [at(2, 5), ['schemas a']],
      [at(2, 5, 7), ['gates a']],
      [at(1, 5, 7), ['endpoints a']],
    ] as const) {
      reads.length = 0;
      const snapshot = (await snapshots.at(queries, all('a', versions))).get('a');
      expect(reads).toEqual(expected);
      expect(snapshot?.versions).toEqual(versions);
      expect(snapshots.latest('a')).toBe(snapshot);
    }
  });

  it('are there for every organization asked for, however many more than are kept', async () => {
    const { snapshots } = notingReads(2);
    await snapshots.at(queries, all('ab'));
    const read = await snapshots.at(queries, all('abcde'));
    expect([...read.keys()].sort()).toEqual([...'abcde']);
    for (const [id, { subscribers }] of read) expect(subscribers[0]?.endpointId[0]).toBe(id);
    expect([...'abcde'].filter((id) => snapshots.latest(id) !== null)).toHaveLength(2);
  });

  it('are what was known when they were asked for, though others push them out meanwhile', async () => {
    let waiting = Promise.resolve();
    const { snapshots } = notingReads(1, () => waiting);
    const before = (await snapshots.at(queries, all('a'))).get('a');
    let goOn = () => {};
    waiting = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const first = snapshots.at(queries, all('ab'));
    waiting = Promise.resolve();
    await snapshots.at(queries, all('c'));
    goOn();
    expect((await first).get('a')).toBe(before);
  });

  it('are forgotten in the order in which they were last used', async () => {
    const { reads, snapshots } = notingReads(2);
    for (const id of ['a', 'b', 'a', 'c', 'a', 'b']) await snapshots.at(queries, all(id));
    expect(reads.filter((read) => read.startsWith('endpoints'))).toEqual(
      ['a', 'b', 'c', 'b'].map((id) => `endpoints ${id}`),
    );
  });
});
