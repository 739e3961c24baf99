/** Names of the schemas in the OpenAPI document. Without them, code generators invent one for each place. */

export type Json = Record<string, unknown>;

const ofComponents = '#/components/schemas/';
/** Keywords whose values are data, not schemas. */
const data = new Set(['example', 'examples', 'default', 'const', 'enum']);

/**
 * Moves each object schema of a body, an answer or a problem to `components/schemas`, and refers to it wherever it is
 * used. An answer of `getDelivery` is named `Delivery`; an entry that only a list answers is named after the list;
 * pages, bodies and other answers are named after the operation.
 */
export function withNamedSchemas<Document extends object>(document: Document): Document {
  const operations = operationsOf(document);
  const names = new Map<string, string>();
  const named = new Map<string, Json>();

  function name(wanted: string, schema: Json | undefined): void {
    if (schema?.type !== 'object' || !isJson(schema.properties) || named.has(wanted)) return;
    const text = meaningOf(schema);
    if (names.has(text)) return;
    names.set(text, wanted);
    named.set(wanted, schema);
  }

  for (const { problems } of operations)
    for (const { prefix, schema } of problems) name(`${prefix}Problem`, schema);
  for (const { id, answer } of operations) if (/^get[A-Z]/.test(id)) name(id.slice('get'.length), answer);
  for (const { id, answer } of operations)
    if (/^list[A-Z]/.test(id)) name(itemName(id, named), itemOf(answer));
  for (const { id, body, answer } of operations) {
    name(`${capitalized(id)}Body`, body);
    const item = itemOf(answer);
    const itemsName = item === undefined ? undefined : names.get(meaningOf(item));
    name(isPage(answer) && itemsName !== undefined ? `${itemsName}Page` : `${capitalized(id)}Answer`, answer);
  }

  function refer(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(refer);
    if (!isJson(value)) return value;
    const known = value.type === 'object' ? names.get(meaningOf(value)) : undefined;
    if (known === undefined) return members(value);
    const { description } = value;
    const own = named.get(known)?.description;
    return {
      $ref: ofComponents + known,
      ...(description === undefined || description === own ? {} : { description }),
    };
  }
  function members(value: Json): Json {
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, data.has(key) ? member : refer(member)]),
    );
  }

  const components = 'components' in document && isJson(document.components) ? document.components : {};
  const schemas = Object.fromEntries([...named].sort().map(([key, schema]) => [key, members(schema)]));
  return {
    ...document,
    ...('paths' in document ? { paths: refer(document.paths) } : {}),
    components: { ...components, schemas },
  };
}

interface Described {
  readonly id: string;
  readonly body: Json | undefined;
  readonly answer: Json | undefined;
  readonly problems: readonly { readonly prefix: string; readonly schema: Json | undefined }[];
}

function operationsOf(document: object): Described[] {
  const paths = 'paths' in document && isJson(document.paths) ? Object.values(document.paths) : [];
  return paths.filter(isJson).flatMap((item) =>
    Object.values(item)
      .filter(isJson)
      .flatMap((operation) => {
        const { operationId: id, requestBody, responses } = operation;
        if (typeof id !== 'string' || !isJson(responses)) return [];
        const answers = Object.entries(responses).map(([status, answer]) => ({
          succeeds: status.startsWith('2'),
          ...contentOf(answer),
        }));
        return [
          {
            id,
            body: contentOf(requestBody).schema,
            answer: answers.find(({ succeeds, schema }) => succeeds && schema !== undefined)?.schema,
            problems: answers
              .filter(({ succeeds }) => !succeeds)
              .map(({ type, schema }) => ({
                // Each surface of a product has its own form of problems.
                prefix: type === 'application/problem+json' ? '' : capitalized(/^[a-z]*/.exec(id)?.[0] ?? ''),
                schema,
              })),
          },
        ];
      }),
  );
}

function contentOf(part: unknown): { readonly type: string; readonly schema: Json | undefined } {
  const content = isJson(part) && isJson(part.content) ? part.content : {};
  const [type = '', described] = Object.entries(content)[0] ?? [];
  return { type, schema: isJson(described) && isJson(described.schema) ? described.schema : undefined };
}

function itemOf(answer: Json | undefined): Json | undefined {
  const list = isJson(answer?.properties) ? answer.properties.data : undefined;
  return isJson(list) && isJson(list.items) ? list.items : undefined;
}

function isPage(answer: Json | undefined): boolean {
  return isJson(answer?.properties) && Object.keys(answer.properties).join() === 'data,next_cursor';
}

/** `listKeys` → `Key`, `listDeliveries` → `Delivery`, `listAuditLog` → `AuditLogEntry` */
function itemName(id: string, taken: ReadonlyMap<string, unknown>): string {
  const plural = id.slice('list'.length);
  const name = plural.endsWith('ies')
    ? `${plural.slice(0, -3)}y`
    : plural.endsWith('s')
      ? plural.slice(0, -1)
      : `${plural}Entry`;
  return taken.has(name) ? `${name}Summary` : name;
}

/** A schema as text, without title and description, which do not make it another schema. */
function meaningOf({ title: _, description: __, ...schema }: Json): string {
  return JSON.stringify(schema);
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
