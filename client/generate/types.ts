/** JSON Schemas as TypeScript types. */
import type { JsonSchema } from './document.ts';

export function typeOf(schema: JsonSchema): string {
  if (schema.$ref !== undefined) return nameOf(schema.$ref);
  if (schema.const !== undefined) return literal(schema.const);
  if (schema.enum !== undefined) return union(schema.enum.map(literal));
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives !== undefined) return union(alternatives.map(typeOf));
  if (schema.allOf !== undefined) return schema.allOf.map((part) => `(${typeOf(part)})`).join(' & ');
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  return types.length === 0 ? 'unknown' : union(types.map((type) => plainType(type, schema)));
}

function plainType(type: string, schema: JsonSchema): string {
  switch (type) {
    case 'integer':
    case 'number':
      return 'number';
    case 'array': {
      const item = typeOf(schema.items ?? {});
      return item.includes(' | ') || item.includes(' & ') ? `(${item})[]` : `${item}[]`;
    }
    case 'object':
      return objectType(schema);
    default:
      return type;
  }
}

function objectType(schema: JsonSchema): string {
  const { properties = {}, required = [], additionalProperties } = schema;
  const members = Object.entries(properties).map(([name, property]) =>
    member(name, property, required.includes(name)),
  );
  const open = additionalProperties !== undefined ? additionalProperties !== false : members.length === 0;
  if (!open) return block(members);
  const more = typeof additionalProperties === 'object' ? typeOf(additionalProperties) : 'unknown';
  return block([...members, `[name: string]: ${members.length === 0 ? more : 'unknown'};`]);
}

/** `#/components/schemas/Delivery` → `Delivery` */
export function nameOf(reference: string): string {
  return reference.split('/').at(-1) ?? 'unknown';
}

/** One member of an interface, with what is said about it. */
function member(name: string, schema: JsonSchema, required: boolean): string {
  return `${comment(schema.description)}${key(name)}${required ? '' : '?'}: ${typeOf(schema)};`;
}

export function comment(text: string | undefined): string {
  return text === undefined || text === ''
    ? ''
    : `/** ${text.replaceAll('*/', '*\\/').replaceAll(/\s+/g, ' ')} */\n`;
}

function block(members: readonly string[]): string {
  return members.length === 0 ? '{}' : `{\n${indented(members.join('\n'))}\n}`;
}

export function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}

function union(types: readonly string[]): string {
  return [...new Set(types)].join(' | ') || 'never';
}

function literal(value: unknown): string {
  return typeof value === 'string' ? quoted(value) : JSON.stringify(value);
}

function key(name: string): string {
  return /^[A-Za-z_]\w*$|^\d+$/.test(name) ? name : quoted(name);
}

function quoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}
