import { describe, expect, it } from 'vitest';
import { VersionedCache } from '../src/tenants/versioned.ts';

interface Content {
  readonly version: number;
  readonly text: string;
}

function readerOf(log: string[]) {
  return async (stale: ReadonlyMap<string, number>) => {
    log.push([...stale.keys()].join());
    return new Map<string, Content>(
      [...stale].map(([id, version]) => [id, { version, text: `${id}${version}` }]),
    );
  };
}

describe('what is kept in memory about organizations', () => {
  it('is read once for each version', async () => {
    const cache = new VersionedCache<Content>();
    const reads: string[] = [];
    for (const version of [1, 1, 2, 2, 1]) {
      const loaded = await cache.load(new Map([['a', version]]), readerOf(reads));
      expect(loaded.get('a')?.text).toBe(`a${version}`);
    }
    expect(reads).toEqual(['a', 'a', 'a']);
  });

  it('answers every organization asked for, however many more than it keeps', async () => {
    const cache = new VersionedCache<Content>(2);
    await cache.load(
      new Map([
        ['a', 1],
        ['b', 1],
      ]),
      readerOf([]),
    );
    const asked = new Map(['a', 'b', 'c', 'd', 'e'].map((id) => [id, 1]));
    const loaded = await cache.load(asked, readerOf([]));
    expect([...loaded].map(([id, content]) => `${id}:${content.text}`).sort()).toEqual([
      'a:a1',
      'b:b1',
      'c:c1',
      'd:d1',
      'e:e1',
    ]);
  });

  it('answers what was known when it was asked, though another load pushes it out meanwhile', async () => {
    const cache = new VersionedCache<Content>(1);
    await cache.load(new Map([['a', 1]]), readerOf([]));
    let goOn = () => {};
    const waiting = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const first = cache.load(
      new Map([
        ['a', 1],
        ['b', 1],
      ]),
      async (stale) => {
        await waiting;
        return readerOf([])(stale);
      },
    );
    await cache.load(new Map([['c', 1]]), readerOf([]));
    goOn();
    expect((await first).get('a')?.text).toBe('a1');
  });

  it('forgets those first that were used longest ago', async () => {
    const cache = new VersionedCache<Content>(2);
    const reads: string[] = [];
    for (const id of ['a', 'b', 'a', 'c', 'a', 'b']) await cache.load(new Map([[id, 1]]), readerOf(reads));
    expect(reads).toEqual(['a', 'b', 'c', 'b']);
  });
});
