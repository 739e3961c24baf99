/** The operations of an API as typed functions, named by their ids. */
import type { ApiDocument, Content, DocumentedOperation, JsonSchema } from './document.ts';
import { comment, indented, type NamedTypes, typeOf } from './types.ts';

interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly described: DocumentedOperation;
}

export function renderFunctions(document: ApiDocument): string {
  const operations = operationsOf(document);
  const named: NamedTypes = new Map();
  const taken = new Set<string>();
  const types: string[] = [];

  function declare(name: string, schema: JsonSchema): void {
    const type = typeOf(schema, named);
    const isObject = schema.type === 'object' && type.startsWith('{');
    if (!isObject || taken.has(name)) return;
    taken.add(name);
    named.set(type, name);
    types.push(`${comment(schema.description)}export interface ${name} ${type}\n`);
  }

  for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) declare(name, schema);
  // What is read alone has the best name; what is only ever listed has that of its list.
  for (const { id, described } of operations) {
    if (/^get[A-Z]/.test(id)) declare(id.slice('get'.length), answerOf(described) ?? {});
  }
  for (const { id, described } of operations) {
    const item = itemOf(described);
    if (/^list[A-Z]/.test(id) && item) declare(itemName(id, taken), item);
  }
  for (const { id, described } of operations) {
    const body = schemaIn(described.requestBody?.content);
    if (body) declare(`${capitalized(id)}Body`, body);
    const query = queryOf(described);
    if (query) declare(isPaging(query) ? 'PageQuery' : `${capitalized(id)}Query`, query);
    if (!isListing(described)) declare(`${capitalized(id)}Answer`, answerOf(described) ?? {});
  }
  const functions = operations.map((operation) => functionOf(operation, named));
  return [
    '// Made from openapi.json by `npm run generate`. Do not edit.',
    "import type { Call, CallOptions, List, Listing } from './transport.ts';\n",
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

function functionOf({ id, method, path, described }: Operation, named: NamedTypes): string {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const body = schemaIn(described.requestBody?.content);
  const query = queryOf(described);
  const item = isListing(described) ? itemOf(described) : undefined;
  const parameters = [
    ...inPath.map((name) => `${name}: string`),
    ...(body ? [`body${described.requestBody?.required === true ? '' : '?'}: ${typeOf(body, named)}`] : []),
    ...(query ? [`query${(query.required?.length ?? 0) > 0 ? '' : '?'}: ${typeOf(query, named)}`] : []),
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
  ];
  const answer = answerOf(described);
  const returned = item
    ? `Listing<${typeOf(item, named)}>`
    : `Promise<${answer ? typeOf(answer, named) : 'void'}>`;
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

function itemOf(described: DocumentedOperation): JsonSchema | undefined {
  return answerOf(described)?.properties?.data?.items;
}

/** Whether it answers page after page. */
function isListing({ parameters = [] }: DocumentedOperation): boolean {
  return parameters.some(({ name }) => name === 'cursor');
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

/** `listKeys` → `Key`, `listDeliveries` → `Delivery`, `listAuditLog` → `AuditLogEntry` */
function itemName(id: string, taken: ReadonlySet<string>): string {
  const plural = id.slice('list'.length);
  const name = plural.endsWith('ies')
    ? `${plural.slice(0, -3)}y`
    : plural.endsWith('s')
      ? plural.slice(0, -1)
      : `${plural}Entry`;
  return taken.has(name) ? `${name}Summary` : name;
}

function capitalized(id: string): string {
  return id.charAt(0).toUpperCase() + id.slice(1);
}
