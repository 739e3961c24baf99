import fc from 'fast-check';
import type { Schema } from './document.ts';
import { refusedByName, values } from './hostile-json.ts';

/** Few, but of every kind; all of Unicode would take seconds to lay out. */
const character = fc.constantFrom(...'aZ09 _-.:/"\'<&%\\\t\n\u0007\u007fé漢\u202e\u{1f4a3}');

/** Values that a schema allows. */
export function allowedBy(schema: Schema, depth = 0): fc.Arbitrary<unknown> {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map((choice) => allowedBy(choice, depth)));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'object':
      return objectAllowedBy(schema, depth);
    case 'array':
      return fc.array(allowedBy(schema.items ?? {}, depth + 1), {
        minLength: schema.minItems ?? 0,
        maxLength: (schema.minItems ?? 0) + 3,
      });
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -(2 ** 31), max: schema.maximum ?? 2 ** 31 });
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      return textAllowedBy(schema);
    default:
      return depth > 3 ? fc.constant(null) : fc.jsonValue({ maxDepth: 3 });
  }
}

function objectAllowedBy(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  const properties = Object.entries(schema.properties ?? {}).map(
    ([name, inner]) => [name, allowedBy(inner, depth + 1)] as const,
  );
  const known = fc.record(Object.fromEntries(properties), { requiredKeys: [...(schema.required ?? [])] });
  const rest = Object.values(schema.patternProperties ?? {})[0] ?? schema.additionalProperties;
  if (typeof rest !== 'object') return known;
  const more = fc.dictionary(
    fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 }),
    allowedBy(rest, depth + 1),
    { maxKeys: 4 },
  );
  return fc.tuple(known, more).map(([own, other]) => ({ ...other, ...own }));
}

function textAllowedBy(schema: Schema): fc.Arbitrary<string> {
  if (schema.format === 'date-time')
    return fc
      .date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true })
      .map((date) => date.toISOString());
  if (schema.format === 'email') return fc.emailAddress();
  const length = { minLength: schema.minLength ?? 0, maxLength: Math.min(schema.maxLength ?? 40, 300) };
  const fits = (text: string) => text.length >= length.minLength && text.length <= (schema.maxLength ?? 40);
  if (schema.pattern !== undefined) return fc.stringMatching(new RegExp(schema.pattern)).filter(fits);
  return fc.string({ unit: character, ...length }).filter(fits);
}

/** A change to a body that makes it wrong, most of the time. */
export interface Mutation {
  readonly kind: 'replace' | 'remove' | 'add' | 'wrap' | 'hostile';
  /** Which place of the body: counted over all of them, and around. */
  readonly at: number;
  readonly value: unknown;
  readonly key: string;
}

export const mutations: fc.Arbitrary<Mutation[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(
      'replace' as const,
      'replace' as const,
      'remove' as const,
      'add' as const,
      'wrap' as const,
      'hostile' as const,
    ),
    at: fc.nat(1_000),
    value: fc.oneof(fc.constantFrom(...values), fc.jsonValue({ maxDepth: 2 })),
    key: fc.oneof(
      fc.string({ maxLength: 10 }),
      fc.constantFrom('__proto__', 'id', 'org_id', 'organization_id', 'data', 'constructor'),
    ),
  }),
  { maxLength: 2 },
);

export function mutate(body: unknown, applied: readonly Mutation[]): unknown {
  return applied.reduce((result, mutation) => {
    const places = placesIn(result, []);
    return mutateAt(result, places[mutation.at % places.length] ?? [], mutation);
  }, body);
}

function placesIn(value: unknown, path: readonly string[]): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...path, key]))].slice(
    0,
    300,
  );
}

function mutateAt(value: unknown, path: readonly string[], mutation: Mutation): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return changed(value, mutation, '');
  if (Array.isArray(value))
    return value.map((item, index) => (String(index) === key ? mutateAt(item, rest, mutation) : item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  if (rest.length === 0 && mutation.kind === 'remove')
    return Object.fromEntries(entries.filter(([name]) => name !== key));
  const change = (inner: unknown) =>
    rest.length === 0 ? changed(inner, mutation, key) : mutateAt(inner, rest, mutation);
  return Object.fromEntries(entries.map(([name, inner]) => [name, name === key ? change(inner) : inner]));
}

function changed(value: unknown, { kind, value: other, key, at }: Mutation, name: string): unknown {
  if (kind === 'wrap') return [value];
  if (kind === 'add' && typeof value === 'object' && value !== null && !Array.isArray(value))
    return Object.fromEntries([...Object.entries(value), [key, other]]);
  const refused = refusedByName[name];
  return kind === 'hostile' && refused ? refused[at % refused.length] : other;
}
