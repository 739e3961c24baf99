import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { catalogue } from '../../src/base/errors.ts';
import type { DocumentedRoute, Schema } from './document.ts';
import type { Answer } from './exchange.ts';

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
const compiled = new Map<Schema, ValidateFunction>();
const compiledTexts = new Map<string, ValidateFunction>();

/** What an answer of a route has that the OpenAPI document does not promise. */
export function findBrokenPromises(route: DocumentedRoute, answer: Answer): string[] {
  if (answer.status >= 500) return [`answers ${answer.status}: ${answer.text}`];
  if (answer.status < 200 || answer.status >= 300) return findBadRefusal(route, answer);
  if (!route.answers.has(answer.status)) return [`answers ${answer.status}, which is not in the document`];
  const promised = route.answers.get(answer.status) ?? null;
  if (promised === null)
    return answer.text === '' ? [] : [`answers ${answer.status} with a body that is not in the document`];
  return check(promised.schema, answer.body);
}

/** A refusal is a problem document of the catalogue, or what the document promises for this status instead. */
function findBadRefusal(route: DocumentedRoute, answer: Answer): string[] {
  if (isUnread(answer)) return findBadProblem(answer);
  const promised = route.answers.get(answer.status);
  if (!promised) return [`refuses with ${answer.status}, which is not in the document: ${answer.text}`];
  const type = answer.headers['content-type'] ?? 'none';
  if (!type.startsWith(promised.type))
    return [`refuses with ${answer.status} as ${type} instead of ${promised.type}`];
  return [
    ...check(promised.schema, answer.body),
    ...(promised.type === 'application/problem+json' ? findBadProblem(answer) : []),
  ];
}

/** Bytes that are no HTTP request are refused before anybody knows which route they were for. */
function isUnread({ status, headers }: Answer): boolean {
  return status === 400 && headers.connection === 'close';
}

/** What is wrong with a problem document, wherever it comes from. */
export function findBadProblem(answer: Answer): string[] {
  const { type, title, status, code, detail } = answer.body ?? {};
  const entry = Object.entries(catalogue).find(([name]) => name === code)?.[1];
  if (!answer.headers['content-type']?.startsWith('application/problem+json'))
    return [`is no problem document: ${answer.status} ${answer.text}`];
  if (!entry) return [`has the code ${code}, which is not in the catalogue`];
  const asCatalogued =
    type === `urn:sluice:error:${code}` &&
    title === entry.title &&
    status === entry.status &&
    answer.status === entry.status;
  return [
    ...(asCatalogued ? [] : [`does not say ${code} as the catalogue has it: ${answer.text}`]),
    ...(typeof detail === 'string' && detail !== '' ? [] : ['has no detail']),
  ];
}

/** Whether a value is what a schema of the document takes. */
export function matches(schema: Schema, value: unknown): boolean {
  return compile(schema, schema)(value);
}

function check(schema: Schema, body: unknown): string[] {
  const validate = compile(schema, closed(schema));
  return validate(body)
    ? []
    : (validate.errors ?? []).map(
        ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
      );
}

function compile(key: Schema, schema: unknown): ValidateFunction {
  const known = compiled.get(key);
  if (known) return known;
  // The document repeats its schemas instead of naming them; compiling each would take longer than all requests.
  const text = JSON.stringify(schema);
  const validate = compiledTexts.get(text) ?? ajv.compile(JSON.parse(text));
  compiled.set(key, validate);
  compiledTexts.set(text, validate);
  return validate;
}

/** The same schema, but nothing is answered that it does not name. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === 'allOf' || key === 'enum' || key === 'const' ? value : closed(value),
    ]),
  );
  return 'properties' in schema && !('additionalProperties' in schema)
    ? { ...inner, additionalProperties: false }
    : inner;
}
