import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { project, showing } from '../../src/endpoints/projection.ts';
import { isSame, mergePatch, parseExact } from '../../src/features/records/exact-json.ts';

/** RFC 7396, as its pseudo-code says it. */
function mergeByTheBook(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const isObject = typeof target === 'object' && target !== null && !Array.isArray(target);
  const result = new Map(isObject ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key);
    else result.set(key, mergeByTheBook(result.get(key), value));
  }
  return Object.fromEntries(result);
}

const json = fc.jsonValue({ maxDepth: 4 });
const fields = fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__', 'é'), json, {
  noNullPrototype: true,
});

describe('exact JSON', () => {
  it('merges as the RFC says', () => {
    fc.assert(
      fc.property(json, json, (target, patch) => {
        const merged = mergePatch(parseExact(JSON.stringify(target)), parseExact(JSON.stringify(patch)));
        const expected = JSON.stringify(mergeByTheBook(target, JSON.parse(JSON.stringify(patch))));
        expect(isSame(merged, parseExact(expected))).toBe(true);
      }),
    );
  });

  it('writes every number as it was read', () => {
    const number = fc
      .tuple(
        fc.constantFrom('', '-'),
        fc.bigInt({ min: 0n, max: 10n ** 40n }),
        fc.constantFrom('', '.0', '.10', '.000000000000000000001'),
        fc.constantFrom('', 'e0', 'E5', 'e-400', 'e+131072'),
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(number), (numbers) => {
        const text = `[${numbers.join(',')}]`;
        expect(JSON.stringify(parseExact(text))).toBe(text);
      }),
    );
  });

  it.each([
    ['1', '1.0', true],
    ['100', '1e2', true],
    ['0.01', '1E-2', true],
    ['0', '-0.0e7', true],
    ['-120', '-1.2e+2', true],
    ['1', '-1', false],
    ['9007199254740993', '9007199254740992', false],
    ['1e400', '1e401', false],
    ['1e400', '10e399', true],
    ['1e-99999999999999999999', '1e-99999999999999999999', true],
    ['1e-99999999999999999999', '1e-99999999999999999998', false],
    ['0e99999999999999999999', '0', true],
    ['1', '"1"', false],
    ['{"a":1,"b":2}', '{"b":2,"a":1.0}', true],
    ['{"a":null}', '{"b":null}', false],
    ['[1,2]', '[2,1]', false],
    ['{}', '[]', false],
    ['null', '{}', false],
  ])('%s and %s: the same value? %s', (a, b, same) => {
    expect(isSame(parseExact(a), parseExact(b))).toBe(same);
  });
});

describe('projections', () => {
  it('show exactly the fields that they name, and only what changes them', () => {
    const side = fc.option(fields, { nil: null });
    const names = fc.subarray(['a', 'b', '__proto__', 'é']);
    fc.assert(
      fc.property(side, side, names, (current, previous, visible) => {
        const projection = {
          about: 'crm.account',
          objects: ['current', 'previous'],
          fields: visible,
          quiet: ['b'],
        };
        const data = JSON.stringify({ current, previous });
        const cut = (value: object | null) =>
          value && Object.fromEntries(Object.entries(value).filter(([key]) => visible.includes(key)));
        const shown = project(projection, 'crm.account.update', Buffer.from(data))?.toString();
        expect(shown).toBe(JSON.stringify({ current: cut(current), previous: cut(previous) }));
        // What was cut once is not cut further.
        expect(project(projection, 'crm.account.update', Buffer.from(shown ?? ''))?.toString()).toBe(shown);
        const loud = visible.filter((field) => field !== 'b');
        const written = (value: object, field: string) =>
          JSON.stringify(Object.entries(value).find(([key]) => key === field)?.[1]);
        const news =
          current === null || previous === null
            ? current !== previous
            : loud.some((field) => written(current, field) !== written(previous, field));
        expect(showing({ type: 'crm.account.update', data })(projection)).toBe(news);
        expect(showing({ type: 'crm.accounts.update', data })(projection)).toBe(false);
      }),
    );
  });
});
