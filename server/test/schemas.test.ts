import { describe, expect, it } from 'vitest';
import { SluiceError } from '../src/base/errors.ts';
import { compileSchema } from '../src/schemas/compile.ts';

function refusalOf(schema: unknown): SluiceError {
  try {
    compileSchema(schema);
  } catch (error) {
    if (error instanceof SluiceError) return error;
    throw error;
  }
  throw new Error('The schema was taken.');
}

describe('the schema of an event type', () => {
  it('names every place that fails, also inside lists and behind unusual names', () => {
    const check = compileSchema({
      properties: {
        'a/b~c': { type: 'object', required: ['x/y'] },
        list: { items: { type: 'integer' } },
        one: { const: 1 },
      },
      additionalProperties: false,
    });
    expect(
      check({ 'a/b~c': {}, list: [1, 'two', 3, null], one: 2, more: true })
        .map(({ pointer }) => pointer)
        .sort(),
    ).toEqual(['', '/a~1b~0c/x~1y', '/list/1', '/list/3', '/one']);
  });

  it('is read as draft 2020-12, and as draft-07 where it says so', () => {
    const tuple = { prefixItems: [{ type: 'string' }] };
    expect(compileSchema({ properties: { a: tuple } })({ a: [1] })).toHaveLength(1);
    const old = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      properties: { a: { items: [{ type: 'string' }], additionalItems: false } },
    };
    expect(compileSchema(old)({ a: ['x'] })).toEqual([]);
    expect(compileSchema(old)({ a: ['x', 'y'] })).toHaveLength(1);
    expect(refusalOf({ $schema: 'http://json-schema.org/draft-04/schema#' }).code).toBe('invalid_schema');
  });

  it.each([
    ['is no schema', 17],
    ['has a type that does not exist', { type: 'text' }],
    ['refers to another document', { $ref: 'https://example.com/schema.json' }],
    ['has a pattern that is none', { pattern: '(' }],
    ['has a pattern with look-ahead, which takes more than linear time', { pattern: '(?=a)' }],
    ['has a pattern that unfolds to millions of states', { pattern: '((a{900}){900}){900}' }],
    ['asks for asynchronous evaluation', { $async: true, required: ['x'] }],
  ])('is refused when it %s', (_what, schema) => {
    const refusal = refusalOf(schema);
    expect(refusal.code).toBe('invalid_schema');
    expect(refusal.errors[0]?.pointer).toBe('/schema');
  });

  it('holds each text to its own pattern', () => {
    const check = compileSchema({
      properties: { a: { pattern: '^a$' }, b: { pattern: '^b$' } },
      patternProperties: { '^c': { const: 1 } },
    });
    expect(check({ a: 'a', b: 'b', c: 1, d: 2 })).toEqual([]);
    expect(check({ a: 'b', b: 'a', cc: 2 }).map(({ pointer }) => pointer)).toEqual(['/a', '/b', '/cc']);
  });

  it('runs patterns in linear time', () => {
    const check = compileSchema({ properties: { a: { pattern: '^(a+)+$' } } });
    // One that backtracks would be stopped by the clock each time; one that does not is stopped by a busy machine alone.
    const details = Array.from({ length: 5 }, () => check({ a: `${'a'.repeat(5_000)}b` })[0]?.detail);
    expect(details).toContainEqual(expect.stringContaining('must match pattern'));
  });

  it.each([
    [
      'compares each of many entries with every other',
      { properties: { a: { uniqueItems: true } } },
      { a: Array.from({ length: 60_000 }, (_, n) => [n]) },
    ],
    [
      'branches at every level',
      {
        anyOf: [
          { properties: { a: { $ref: '#' } }, required: ['x'] },
          { properties: { a: { $ref: '#' } }, required: ['y'] },
        ],
      },
      Array.from({ length: 400 }).reduce<object>((inner) => ({ a: inner, x: 1, y: 1 }), {}),
    ],
    ['refers to itself', { $ref: '#' }, {}],
  ])('does not stop the process when it %s', (_what, schema, data) => {
    const check = compileSchema(schema);
    const startedAt = performance.now();
    const [error] = check(data);
    expect(error?.detail).toContain('cannot be evaluated');
    // Without the clock it would take a minute, or for ever.
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  it('names at most twenty places', () => {
    const check = compileSchema({ properties: { a: { items: { type: 'string' } } } });
    expect(check({ a: Array.from({ length: 1_000 }).fill(1) })).toHaveLength(20);
  });

  it('may refer to its meta-schema, and never to the schema of somebody else', () => {
    const meta = compileSchema({ $ref: 'https://json-schema.org/draft/2020-12/schema' });
    expect(meta({ type: 'string' })).toEqual([]);
    expect(meta({ type: 'text' })).not.toEqual([]);
    const inner = (type: string) => ({
      $id: 'https://example.com/whole',
      $defs: { part: { $id: 'https://example.com/part', type } },
      $ref: 'https://example.com/part',
    });
    const [text, whole] = [compileSchema(inner('string')), compileSchema(inner('integer'))];
    expect([text('a'), whole('a').length, text(1).length, whole(1)]).toEqual([[], 1, 1, []]);
    expect(refusalOf({ $ref: 'https://example.com/part' }).code).toBe('invalid_schema');
    expect(refusalOf({ $ref: 'https://example.com/whole' }).code).toBe('invalid_schema');
  });
});
