/** As much of JSON Schema as the API's own document uses. */
export interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly minProperties?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly description?: string;
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

interface DocumentedOperation {
  readonly operationId?: string;
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly {
    readonly in: string;
    readonly name: string;
    readonly schema: Schema;
    readonly description?: string;
  }[];
  readonly requestBody?: Content & { readonly required?: boolean };
  readonly responses: Readonly<Record<string, Content>>;
  readonly 'x-body-limit'?: number;
}

export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, object>> };
}

/**
 * Who may call a route; `scope` null: every credential of an organization; `member`: members' own credentials alone;
 * `session`: members who are signed in; `embed`: embed tokens alone.
 */
export type Access =
  | 'public'
  | 'operator'
  | 'member'
  | 'session'
  | 'embed'
  | { readonly scope: string | null };

/** A route as the OpenAPI document describes it: all that these tests know of the API. */
export interface DocumentedRoute {
  /** For messages: `GET /v1/keys`. */
  readonly name: string;
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly access: Access;
  /** Whether embed tokens may call it too. */
  readonly embeds: boolean;
  /** The path up to and with each of its parameters: `/v1/endpoints/{id}`. */
  readonly places: readonly string[];
  readonly query: ReadonlyMap<string, Schema>;
  readonly takesIdempotencyKey: boolean;
  readonly body: { readonly schema: Schema; readonly required: boolean; readonly limit: number } | null;
  /** Status → the JSON that is answered with it; null where there is none. */
  readonly answers: ReadonlyMap<number, { readonly type: string; readonly schema: Schema } | null>;
}

/** @throws where the document leaves open who may call a route */
export function readRoutes(document: ApiDocument): DocumentedRoute[] {
  return Object.entries(withoutReferences(document).paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => readRoute(method.toUpperCase(), path, operation)),
  );
}

/** The same document with every schema where it is used. */
function withoutReferences(document: ApiDocument): ApiDocument {
  const { schemas = {} } = document.components ?? {};
  const text = JSON.stringify(document, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('$ref' in value)) return value;
    const { $ref, ...beside } = value;
    const schema = schemas[String($ref).replace('#/components/schemas/', '')];
    if (!schema) throw new Error(`The document has no ${$ref}.`);
    return { ...schema, ...beside };
  });
  return JSON.parse(text);
}

function readRoute(method: string, path: string, operation: DocumentedOperation): DocumentedRoute {
  const name = `${method} ${path}`;
  const parameters = operation.parameters ?? [];
  const body = operation.requestBody?.content?.['application/json'];
  return {
    name,
    id: operation.operationId ?? name,
    method,
    path,
    access: readAccess(name, operation.security),
    embeds: (operation.security ?? []).some((alternative) => 'embed' in alternative),
    places: [...path.matchAll(/\{\w+\}/g)].map((match) => path.slice(0, match.index + match[0].length)),
    query: new Map(
      parameters
        .filter((parameter) => parameter.in === 'query')
        .map(({ name: parameter, schema, description }) => [
          parameter,
          { ...(description === undefined ? {} : { description }), ...schema },
        ]),
    ),
    takesIdempotencyKey: parameters.some(
      (parameter) => parameter.in === 'header' && parameter.name === 'idempotency-key',
    ),
    body: body
      ? {
          schema: body.schema,
          required: operation.requestBody?.required === true,
          limit: operation['x-body-limit'] ?? 0,
        }
      : null,
    answers: new Map(
      Object.entries(operation.responses).map(([status, answer]) => [Number(status), readContent(answer)]),
    ),
  };
}

function readAccess(name: string, security: DocumentedOperation['security']): Access {
  if (security === undefined) throw new Error(`${name} does not say who may call it: give it \`security\`.`);
  if (security.length === 0) return 'public';
  const key = security.find((alternative) => 'key' in alternative)?.key;
  if (key) return { scope: key[0] ?? null };
  if (security.some((alternative) => 'operator' in alternative)) return 'operator';
  if (security.some((alternative) => 'member' in alternative)) return 'member';
  if (security.some((alternative) => 'embed' in alternative)) return 'embed';
  if (security.some((alternative) => 'session' in alternative)) return 'session';
  throw new Error(`${name} is called with ${JSON.stringify(security)}, which readAccess does not know.`);
}

function readContent(answer: Content): { type: string; schema: Schema } | null {
  const [first] = Object.entries(answer.content ?? {}).filter(([type]) => /json/.test(type));
  return first ? { type: first[0], schema: first[1].schema } : null;
}
