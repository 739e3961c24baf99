import fc from 'fast-check';
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import { createSealer } from '../src/base/seal.ts';
import type { Tables } from '../src/db/tables.ts';
import { pageOf, readCursor } from '../src/http/page.ts';
import { findKey, makeSecret, readSecret } from '../src/tenants/keys.ts';

const [first, second] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];

describe('what is sealed', () => {
  const sealer = createSealer([first]);

  it('opens as it was, for its purpose', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (plain, purpose) => {
        expect(sealer.open(sealer.seal(plain, purpose), purpose)).toBe(plain);
      }),
    );
  });

  it('does not open for another purpose, under another key, or changed in any place', () => {
    const sealed = sealer.seal('whsec_secret', 'endpoint:1');
    expect(() => sealer.open(sealed, 'endpoint:2')).toThrow();
    expect(() => createSealer([second]).open(sealed, 'endpoint:1')).toThrow(/master key/);
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = sealed.slice(0, index) + (sealed[index] === 'A' ? 'B' : 'A') + sealed.slice(index + 1);
      expect(() => sealer.open(changed, 'endpoint:1'), String(index)).toThrow();
    }
  });

  it('does not open with a part of its seal cut off', () => {
    const [version = '', name = '', content = ''] = sealer.seal('', 'p').split('.');
    const bytes = Buffer.from(content, 'base64url');
    for (let length = 0; length < bytes.length; length += 1) {
      expect(() =>
        sealer.open(`${version}.${name}.${bytes.subarray(0, length).toString('base64url')}`, 'p'),
      ).toThrow();
    }
    for (const text of ['', '.', '..', '1', '2.x.y', 'plain']) expect(() => sealer.open(text, 'p')).toThrow();
  });

  it('says nothing of what it hides but its length, and never looks the same twice', () => {
    const [a, b] = [sealer.seal('secret', 'p'), sealer.seal('secret', 'p')];
    expect(a).not.toBe(b);
    expect(a).not.toContain('secret');
  });

  it('under the old master key opens as long as that key is given, and is known to be old', () => {
    const old = sealer.seal('x', 'p');
    const both = createSealer([second, first]);
    expect(both.open(old, 'p')).toBe('x');
    expect(both.currentPrefix).not.toBeNull();
    expect(old.startsWith(both.currentPrefix ?? '')).toBe(false);
    expect(both.seal('x', 'p').startsWith(both.currentPrefix ?? '?')).toBe(true);
    expect(sealer.currentPrefix).toBeNull();
    expect(both.isAuthentic('t', sealer.authenticate('t'))).toBe(true);
  });
});

describe('the cursor of a page', () => {
  const sealer = createSealer([first]);
  const name = { sealer, list: 'events', orgId: 'org-1' };
  const cursorAfter = (position: string) =>
    pageOf(
      name,
      [position, 'next'],
      1,
      (row) => row,
      (row) => row,
    ).next_cursor ?? '';

  it('comes back as the place where it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (position) => {
        expect(readCursor(name, cursorAfter(position))).toBe(position);
      }),
    );
  });

  it('is there only when there is more', () => {
    const page = (rows: string[]) =>
      pageOf(
        name,
        rows,
        2,
        (row) => row,
        (row) => row,
      );
    expect(page(['a', 'b']).next_cursor).toBeNull();
    expect(page([]).next_cursor).toBeNull();
    expect(page(['a', 'b', 'c'])).toMatchObject({ data: ['a', 'b'], next_cursor: expect.any(String) });
  });

  it('is good for its list of its organization alone', () => {
    const cursor = cursorAfter('x');
    for (const other of [
      { ...name, list: 'deliveries' },
      { ...name, orgId: 'org-2' },
      { ...name, sealer: createSealer([second]) },
    ]) {
      expect(() => readCursor(other, cursor)).toThrow(/cursor/);
    }
  });

  it('made up or changed is refused', () => {
    const cursor = cursorAfter('x');
    for (const text of [
      '',
      '.',
      'x',
      'x.y',
      `${cursor}x`,
      `y${cursor}`,
      cursor.slice(0, -1),
      Buffer.from('y').toString('base64url') + cursor.slice(cursor.indexOf('.')),
    ]) {
      expect(() => readCursor(name, text), text).toThrow(/cursor/);
    }
    expect(readCursor(name, undefined)).toBeNull();
  });
});

describe('a key', () => {
  const orgId = '0190d5f0-1234-7abc-8def-0123456789ab';
  let asked = 0;
  /** A database that answers nothing and counts what it is asked. */
  const counting = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (queries) => new PostgresIntrospector(queries),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    log: () => {
      asked += 1;
    },
  });
  beforeEach(() => {
    asked = 0;
  });

  it('in its right form is looked for', async () => {
    expect(await findKey(counting, makeSecret('sluice_', orgId))).toBeNull();
    expect(asked).toBe(1);
  });

  it('says whose it is', () => {
    fc.assert(
      fc.property(
        fc.uuid(),
        fc.uint8Array({ minLength: 24, maxLength: 24 }),
        fc.constantFrom('sluice_', 'fb_live_'),
        (id, random, prefix) => {
          const secret = makeSecret(prefix, id, random);
          expect(secret).toMatch(/^[a-z_]+[0-9A-Za-z]{60}$/);
          expect(readSecret(secret)).toEqual({ orgId: id, prefix });
        },
      ),
    );
  });

  it('that was mistyped is refused without asking the database', async () => {
    const secret = makeSecret('sluice_', orgId);
    for (let index = 0; index < secret.length; index += 1) {
      const typo = secret.slice(0, index) + (secret[index] === '7' ? '8' : '7') + secret.slice(index + 1);
      expect(await findKey(counting, typo)).toBeNull();
    }
    expect(asked).toBe(0);
  });

  it.each([
    '',
    'sluice_',
    'x'.repeat(67),
    `sluice_${'0'.repeat(60)}`,
    `sluice_${'z'.repeat(60)}`,
    `SLUICE_${'a'.repeat(60)}`,
    'sluice_é',
  ])('that was made up is refused without asking the database: %j', async (text) => {
    expect(await findKey(counting, text)).toBeNull();
    expect(asked).toBe(0);
  });

  it('is not found by other digits for the same number', async () => {
    const secret = makeSecret('sluice_', orgId);
    expect(readSecret(` ${secret}`)).toBeNull();
    expect(readSecret(`${secret}\n`)).toBeNull();
    expect(readSecret(secret.toUpperCase())).toBeNull();
  });
});
