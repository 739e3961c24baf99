import { readFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { type ApiDocument, renderDocument } from '../generate/document.ts';
import { renderFunctions } from '../generate/functions.ts';
import { servedDocument } from '../generate/served.ts';

const stale = 'The API has changed: run `npm run generate`.';
const kept = (path: string) => readFile(new URL(`../${path}`, import.meta.url), 'utf8');

let document: ApiDocument;
beforeAll(async () => {
  document = await servedDocument();
});

test('OpenAPI regenerates identically', async () => {
  expect(renderDocument(document) === (await kept('openapi.json')), stale).toBe(true);
});

test('the functions regenerate identically', async () => {
  expect(renderFunctions(document) === (await kept('src/api.gen.ts')), stale).toBe(true);
});

test('every operation has an id of its own', () => {
  const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
  const ids = operations.map(({ operationId }) => operationId);
  expect(ids.every((id) => /^[a-z]+[A-Za-z]*$/.test(id ?? ''))).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBeGreaterThan(40);
});

test('the schema of problems is there once', () => {
  expect(JSON.stringify(document).split('"What the caller can do"')).toHaveLength(2);
});
