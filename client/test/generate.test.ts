import { expect, test } from 'vitest';
import type { JsonSchema } from '../generate/document.ts';
import { renderFunctions } from '../generate/functions.ts';
import { typeOf } from '../generate/types.ts';

test.each<[JsonSchema, string]>([
  [{}, 'unknown'],
  [{ type: 'integer' }, 'number'],
  [{ type: ['string', 'null'] }, 'string | null'],
  [{ const: "it's" }, "'it\\'s'"],
  [{ enum: ['a', 1, null] }, "'a' | 1 | null"],
  [{ enum: [] }, 'never'],
  [{ type: 'array' }, 'unknown[]'],
  [{ type: 'array', items: { enum: ['a', 'b'] } }, "('a' | 'b')[]"],
  [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'string | null'],
  [{ oneOf: [{ type: 'number' }, { type: 'integer' }] }, 'number'],
  [{ allOf: [{ $ref: '#/components/schemas/Problem' }, { type: 'boolean' }] }, '(Problem) & (boolean)'],
  [{ type: 'object' }, '{\n  [name: string]: unknown;\n}'],
  [{ type: 'object', additionalProperties: false }, '{}'],
  [{ type: 'object', additionalProperties: { type: 'string' } }, '{\n  [name: string]: string;\n}'],
])('%j becomes %s', (schema, expected) => {
  expect(typeOf(schema)).toBe(expected);
});

test('members are optional unless required, are quoted where they must be, and say what they are', () => {
  const properties = { 'a-b': { type: 'string' }, c: { type: 'number', description: 'ends */ not\nhere' } };
  expect(typeOf({ type: 'object', properties, required: ['c'] })).toBe(
    "{\n  'a-b'?: string;\n  /** ends *\\/ not here */\n  c: number;\n}",
  );
});

test('an operation becomes a function: path, body, query; a schema that has a name is written once', () => {
  const thing: JsonSchema = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] };
  const page: JsonSchema = {
    type: 'object',
    properties: { data: { type: 'array', items: { $ref: '#/components/schemas/Thing' } }, next_cursor: {} },
  };
  const content = (name: string) => ({
    'application/json': { schema: { $ref: `#/components/schemas/${name}` } },
  });
  const cursor = { in: 'query', name: 'cursor', schema: { type: 'string' } };
  const text = renderFunctions({
    components: { schemas: { Thing: thing, ThingPage: page } },
    paths: {
      '/things/{id}': {
        get: { operationId: 'getThing', responses: { 200: { content: content('Thing') } } },
        put: {
          operationId: 'putThing',
          summary: 'Put it',
          parameters: [
            { in: 'path', name: 'id', required: true },
            { in: 'query', name: 'dry', required: true, schema: { type: 'boolean' } },
          ],
          requestBody: { required: true, content: content('Thing') },
          responses: { 201: { content: content('Thing') }, 404: {} },
        },
        delete: { operationId: 'deleteThing', responses: { 204: {} } },
      },
      '/things': {
        get: {
          operationId: 'listThings',
          parameters: [cursor],
          responses: {
            200: { content: content('ThingPage') },
          },
        },
      },
    },
  });
  expect(text.split('export interface Thing {')).toHaveLength(2);
  expect(text).toContain('getThing: (id: string, options?: CallOptions): Promise<Thing> =>');
  expect(text).toContain('/** Put it */');
  expect(text).toContain(
    'putThing: (id: string, body: Thing, query: PutThingQuery, options?: CallOptions): Promise<Thing> =>',
  );
  expect(text).toContain(
    `call({ method: 'PUT', path: \`/things/$\{encodeURIComponent(id)}\`, body, query }, options),`,
  );
  expect(text).toContain('deleteThing: (id: string, options?: CallOptions): Promise<void> =>');
  expect(text).toContain('listThings: (query?: PageQuery, options?: CallOptions): Listing<Thing> =>');
});

test('a body of one form or another is written where it is needed', () => {
  const form = (name: string): JsonSchema => ({
    type: 'object',
    properties: { [name]: {} },
    additionalProperties: false,
  });
  const schema = { anyOf: [form('a'), form('b')] };
  const post = {
    operationId: 'enter',
    requestBody: { required: true, content: { 'application/json': { schema } } },
    responses: { 201: {} },
  };
  const text = renderFunctions({ paths: { '/doors': { post } } });
  expect(text).toContain('enter: (body: {\n');
  expect(text).toMatch(/a\?: unknown;\s+\} \| \{\s+b\?: unknown;\s+\}, options/);
  expect(text).not.toContain('EnterBody');
});

test('an operation that wants a signature says so; a list whose answer has no cursor is an answer', () => {
  const list = {
    operationId: 'productListThings',
    parameters: [
      { in: 'query', name: 'cursor', schema: { type: 'string' } },
      { in: 'header', name: 'x-fb-signature', required: true, schema: { type: 'string' } },
    ],
    responses: {
      200: { content: { 'application/json': { schema: { type: 'object', properties: { data: {} } } } } },
    },
  };
  const text = renderFunctions({ paths: { '/product/things': { get: list } } });
  expect(text).toContain("call({ method: 'GET', path: '/product/things', query, signed: true }, options),");
});
