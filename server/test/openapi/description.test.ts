import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogue } from '../../src/base/errors.ts';
import { createTestApp, type TestApp } from '../support/app.ts';

interface Part {
  readonly description?: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, { readonly schema: object; readonly example?: unknown }>>;
}
interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly requestBody?: Part;
  readonly responses: Readonly<Record<string, Part>>;
}

let app: TestApp;
let document: {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
};
let operations: readonly Operation[];
const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);

beforeAll(async () => {
  app = await createTestApp('embedded');
  document = (await app.call('GET', '/openapi.json')).body;
  operations = Object.values(document.paths).flatMap((item) => Object.values(item));
  ajv.addSchema(document, 'openapi');
});
afterAll(() => app.close());

/** What a value has wrong by the schema at a place of the document. */
function problems(pointer: string, value: unknown): unknown {
  const check = ajv.getSchema(`openapi#${pointer}`);
  if (!check) throw new Error(`There is no schema at ${pointer}.`);
  return check(value) === true ? null : check.errors;
}

const step = (name: string) => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));

describe('the OpenAPI document', () => {
  test('is valid by the specification', async () => {
    const validator = new Validator();
    // It resolves references in what it is given.
    expect(await validator.validate(structuredClone(document))).toMatchObject({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  test('says of each operation what it does, who may call it, and where it belongs', () => {
    const groups = new Map(document.tags.map(({ name, description }) => [name, description]));
    const wanting = operations.filter(
      ({ summary = '', description = '', tags }) =>
        summary === '' || description === '' || tags.some((tag) => !groups.get(tag)),
    );
    expect(wanting.map(({ operationId, tags }) => `${operationId} (${tags.join()})`)).toEqual([]);
    const used = new Set(operations.flatMap(({ tags }) => tags));
    expect([...groups.keys()].filter((name) => !used.has(name))).toEqual([]);
  });

  test('has an example of each body, and each is valid', () => {
    const without: string[] = [];
    const invalid: unknown[] = [];
    for (const [path, item] of Object.entries(document.paths)) {
      for (const [method, { operationId, requestBody }] of Object.entries(item)) {
        for (const [type, { example }] of Object.entries(requestBody?.content ?? {})) {
          if (example === undefined) without.push(operationId);
          const pointer = `/paths/${step(path)}/${method}/requestBody/content/${step(type)}/schema`;
          const found = example === undefined ? null : problems(pointer, example);
          if (found !== null) invalid.push([operationId, example, found]);
        }
      }
    }
    expect(without).toEqual([]);
    expect(invalid).toEqual([]);
  });

  test('has no example of a member that its schema refuses', () => {
    const invalid: unknown[] = [];
    const visit = (value: unknown, pointer: string): void => {
      if (typeof value !== 'object' || value === null) return;
      if ('examples' in value && Array.isArray(value.examples))
        for (const example of value.examples)
          if (problems(pointer, example) !== null) invalid.push([pointer, example]);
      for (const [name, member] of Object.entries(value))
        if (!['examples', 'example', 'default'].includes(name)) visit(member, `${pointer}/${step(name)}`);
    };
    visit(document, '');
    expect(invalid).toEqual([]);
  });

  test('names every object that is sent or answered, once', () => {
    const contents = operations.flatMap(({ requestBody, responses }) =>
      [requestBody, ...Object.values(responses)].flatMap((part) => Object.values(part?.content ?? {})),
    );
    const unnamed = contents.filter(({ schema }) => 'properties' in schema);
    expect(contents.length).toBeGreaterThan(500);
    expect(unnamed).toEqual([]);
    expect(Object.keys(document.components.schemas)).toEqual(
      expect.arrayContaining(['Problem', 'Delivery', 'DeliverySummaryPage', 'CreateEndpointBody']),
    );
  });

  test('says when to come back, wherever that is asked', () => {
    const statuses = new Set(Object.values(catalogue).map(({ status }) => status));
    for (const { operationId, responses } of operations) {
      for (const status of ['429', '503'])
        if (responses[status]) expect(responses[status].headers, operationId).toHaveProperty('Retry-After');
      for (const status of Object.keys(responses).map(Number))
        if (status >= 400) expect(statuses, operationId).toContain(status);
    }
  });
});
