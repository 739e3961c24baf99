import { type Static, type TSchema, Type } from 'typebox';
import { invalidInput, SluiceError } from '../base/errors.ts';
import { type IdKind, idPrefix, parseId, wordsOf } from '../base/ids.ts';

/** Schemas of values that many resources share. */
export const Timestamp = Type.String({
  format: 'date-time',
  description: 'RFC 3339, UTC',
  examples: ['2026-04-06T14:30:00.000Z'],
});

export function IdOf(kind: IdKind) {
  const words = wordsOf(kind);
  return Type.String({
    description: `Id of ${/^[aeiou]/.test(words) ? 'an' : 'a'} ${words}`,
    examples: [`${idPrefix(kind)}_01jd8r5w3kfq5bz0p2v6x7y8z9`],
  });
}

export function OrNull<Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

export const IdParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 200 }) });

/** Text that people read: no control characters but line breaks. */
export function Text(
  maxLength: number,
  more: { minLength?: number; description?: string; examples?: string[] } = {},
) {
  return Type.String({ maxLength, ...more });
}

/**
 * An object whose keys are the caller's choice, within a form. `Type.Record` would let keys of another form through,
 * with any value.
 */
export function MapOf<Value extends TSchema>(
  keys: { readonly pattern: string; readonly description: string },
  value: Value,
  options: {
    readonly maxProperties?: number;
    readonly description?: string;
    readonly examples?: object[];
  } = {},
) {
  return Type.Unsafe<Record<string, Static<Value>>>({
    type: 'object',
    propertyNames: { type: 'string', ...keys },
    additionalProperties: value,
    ...options,
  });
}

/** Small facts that the owner keeps with a thing. */
export const Metadata = MapOf(
  { pattern: '^[^\\u0000-\\u001f\\u007f]{1,64}$', description: '1 to 64 characters, no control characters' },
  Type.String({ maxLength: 512 }),
  { maxProperties: 32, description: 'Your own names and values' },
);

/** An id in the path: a wrong kind answers as one that does not exist. */
export function pathId(kind: IdKind, text: string): string {
  const id = parseId(kind, text);
  if (id === null) throw new SluiceError('not_found', `No such ${wordsOf(kind)}.`);
  return id;
}

/** An id in the query or the body. */
export function inputId(kind: IdKind, text: string, pointer: string): string {
  const id = parseId(kind, text);
  if (id === null) throw invalidInput(pointer, `This is not an id of the kind ${idPrefix(kind)}_….`);
  return id;
}

/** A time in the query or the body, whose form the schema has checked. */
export function inputTime(text: string, pointer: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime()) || time.getUTCFullYear() < 1970 || time.getUTCFullYear() > 9999)
    throw invalidInput(pointer, 'This time does not exist.');
  return time;
}

/** Leaves out what is `undefined`, as `exactOptionalPropertyTypes` asks. */
export function given<T extends Record<string, unknown>>(
  values: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  const result: { [K in keyof T]?: Exclude<T[K], undefined> } = {};
  return Object.assign(result, Object.fromEntries(entries));
}
