/** As much of an OpenAPI 3.1 document as the client is made from. */

export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly title?: string;
  readonly description?: string;
}

export type Content = Readonly<Record<string, { readonly schema?: JsonSchema }>>;

export interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: JsonSchema;
}

export interface DocumentedOperation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, JsonSchema>> };
}

const problemType = 'application/problem+json';
const problemReference: JsonSchema = { $ref: '#/components/schemas/Problem' };

/** The same document with the schema of problems once, and named: every refusal of every route has it. */
export function withSharedProblem(document: ApiDocument): ApiDocument {
  let problem: JsonSchema | undefined;
  const text = JSON.stringify(document, (key, value: { schema: JsonSchema }) => {
    if (key !== problemType) return value;
    problem ??= value.schema;
    return meaning(value.schema) === meaning(problem) ? { schema: problemReference } : value;
  });
  if (problem === undefined) return document;
  const shared: ApiDocument = JSON.parse(text);
  const { components = {} } = shared;
  return { ...shared, components: { ...components, schemas: { ...components.schemas, Problem: problem } } };
}

/** A title or description beside it does not make another schema of it. */
function meaning({ title: _, description: __, ...schema }: JsonSchema): string {
  return JSON.stringify(schema);
}

/** The document as it is kept: the same text for the same API. */
export function renderDocument(document: ApiDocument): string {
  return `${JSON.stringify(document, null, 1)}\n`;
}
