/** The operations of an API as typed functions, named by their ids. */
import type { ApiDocument, Content, DocumentedOperation, JsonSchema } from './document.ts';
import { comment, indented, nameOf, typeOf } from './types.ts';

interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly described: DocumentedOperation;
}

export function renderFunctions(document: ApiDocument): string {
  const operations = operationsOf(document);
  const taken = new Set<string>();
  const types: string[] = [];

  function declare(name: string, schema: JsonSchema): void {
    if (taken.has(name)) return;
    taken.add(name);
    const type = typeOf(schema);
    types.push(
      `${comment(schema.description)}export ${type.startsWith('{') ? 'interface' : 'type'} ${name} ${type.startsWith('{') ? type : `= ${type};`}\n`,
    );
  }

  for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) declare(name, schema);
  for (const { id, described } of operations) {
    const query = queryOf(described);
    if (query) declare(queryName(id, query), query);
  }
  const functions = operations.map((operation) => functionOf(operation, document));
  return [
    '// Made from openapi.json by `npm run generate`. Do not edit.',
    "import type { Call, CallOptions, List, Listing } from './request.ts';\n",
    ...types,
    '/** Every operation of the API. */',
    'export function operations(call: Call, list: List) {',
    indented(`return {\n${indented(functions.join('\n'))}\n};`),
    '}\n',
  ].join('\n');
}

function operationsOf({ paths }: ApiDocument): Operation[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, described]) =>
      described.operationId === undefined
        ? []
        : [{ id: described.operationId, method: method.toUpperCase(), path, described }],
    ),
  );
}

function functionOf({ id, method, path, described }: Operation, document: ApiDocument): string {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const body = schemaIn(described.requestBody?.content);
  const query = queryOf(described);
  const item = itemOf(described, document);
  const parameters = [
    ...inPath.map((name) => `${name}: string`),
    ...(body ? [`body${described.requestBody?.required === true ? '' : '?'}: ${typeOf(body)}`] : []),
    ...(query ? [`query${(query.required?.length ?? 0) > 0 ? '' : '?'}: ${queryName(id, query)}`] : []),
    'options?: CallOptions',
  ];
  const target = path.includes('{')
    ? `\`${path.replaceAll(/\{\w+\}/g, (name) => `$\{encodeURIComponent(${name.slice(1, -1)})}`)}\``
    : `'${path}'`;
  const parts = [
    `method: '${method}'`,
    `path: ${target}`,
    ...(body ? ['body'] : []),
    ...(query ? ['query'] : []),
    ...(isSigned(described) ? ['signed: true'] : []),
  ];
  const answer = answerOf(described);
  const returned = item ? `Listing<${typeOf(item)}>` : `Promise<${answer ? typeOf(answer) : 'void'}>`;
  const does = `${item ? 'list' : 'call'}({ ${parts.join(', ')} }, options)`;
  return `${comment(described.summary)}${id}: (${parameters.join(', ')}): ${returned} =>\n  ${does},`;
}

function schemaIn(content: Content | undefined): JsonSchema | undefined {
  return content?.['application/json']?.schema;
}

/** What success answers. */
function answerOf({ responses }: DocumentedOperation): JsonSchema | undefined {
  const successes = Object.entries(responses).filter(([status]) => status.startsWith('2'));
  return successes.flatMap(([, { content }]) => schemaIn(content) ?? [])[0];
}

/** What a list answers page after page is made of; `undefined` for operations that are no such list. */
function itemOf(described: DocumentedOperation, { components }: ApiDocument): JsonSchema | undefined {
  const answer = answerOf(described);
  const page = answer?.$ref === undefined ? answer : components?.schemas?.[nameOf(answer.$ref)];
  const isPaged = described.parameters?.some(({ name }) => name === 'cursor') === true;
  // Where a surface keeps the cursor elsewhere, callers page by hand.
  return isPaged && page?.properties?.next_cursor !== undefined ? page.properties.data?.items : undefined;
}

/** Whether the key has to sign the request. */
function isSigned({ parameters = [] }: DocumentedOperation): boolean {
  return parameters.some(({ in: place, name }) => place === 'header' && name === 'x-fb-signature');
}

function isPaging({ properties = {} }: JsonSchema): boolean {
  return Object.keys(properties).every((name) => name === 'limit' || name === 'cursor');
}

function queryOf({ parameters = [] }: DocumentedOperation): JsonSchema | undefined {
  const query = parameters.filter((parameter) => parameter.in === 'query');
  if (query.length === 0) return undefined;
  return {
    type: 'object',
    additionalProperties: false,
    required: query.filter(({ required }) => required === true).map(({ name }) => name),
    properties: Object.fromEntries(
      query.map(({ name, schema = {}, description }) => [
        name,
        description === undefined ? schema : { ...schema, description },
      ]),
    ),
  };
}

function queryName(id: string, query: JsonSchema): string {
  return isPaging(query) ? 'PageQuery' : `${capitalized(id)}Query`;
}

function capitalized(id: string): string {
  return id.charAt(0).toUpperCase() + id.slice(1);
}
