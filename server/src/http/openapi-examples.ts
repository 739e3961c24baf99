/** Examples of request bodies in the OpenAPI document, made from the examples of their members. */
import { isJson, type Json } from './openapi-names.ts';

/** Adds an example to each request body of the document, where its members have the examples for it. */
export function withExamples<Document extends object>(document: Document): Document {
  const paths = 'paths' in document && isJson(document.paths) ? document.paths : {};
  for (const item of Object.values(paths).filter(isJson)) {
    for (const { requestBody } of Object.values(item).filter(isJson)) {
      const content = isJson(requestBody) && isJson(requestBody.content) ? requestBody.content : {};
      for (const described of Object.values(content).filter(isJson)) {
        const example = isJson(described.schema) ? exampleOf(described.schema) : undefined;
        if (example !== undefined) described.example = example;
      }
    }
  }
  return document;
}

/** An example of required members and of members with examples; `undefined` where a required member has none. */
function exampleOf(schema: Json): unknown {
  const [given] = [schema.examples, schema.enum].flatMap((list) => (Array.isArray(list) ? list : []));
  if (given !== undefined) return given;
  for (const known of [schema.const, schema.default]) if (known !== undefined) return known;
  if (Array.isArray(schema.anyOf)) return firstExample(schema.anyOf);
  switch (schema.type) {
    case 'object':
      return objectExample(schema);
    case 'array': {
      const item = isJson(schema.items) ? exampleOf(schema.items) : undefined;
      return item === undefined ? undefined : [item];
    }
    case 'boolean':
      return true;
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    default:
      return undefined;
  }
}

function firstExample(alternatives: readonly unknown[]): unknown {
  return alternatives
    .filter(isJson)
    .filter(({ type }) => type !== 'null')
    .map(exampleOf)
    .find((example) => example !== undefined);
}

function objectExample(schema: Json): Json | undefined {
  const properties = isJson(schema.properties) ? Object.entries(schema.properties) : [];
  const required = Array.isArray(schema.required) ? schema.required : [];
  const members: [string, unknown][] = [];
  const least = Number(schema.minProperties ?? 0);
  for (const [name, property] of properties) {
    if (!isJson(property)) continue;
    const needed = required.includes(name);
    if (!needed && property.examples === undefined && members.length >= least) continue;
    const example = exampleOf(property);
    if (example !== undefined) members.push([name, example]);
    else if (needed) return undefined;
  }
  return Object.fromEntries(members);
}
