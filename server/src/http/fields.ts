import {
  type Static,
  type TObjectOptions,
  type TProperties,
  type TSchema,
  type TSchemaOptions,
  Type,
} from 'typebox';
import type { Clock } from '../base/clock.ts';
import { invalidInput, SluiceError } from '../base/errors.ts';
import { type IdKind, idPrefix, parseId, wordsOf } from '../base/ids.ts';

/** An object that has no other members than these. */
export function Closed<Properties extends TProperties>(properties: Properties, options: TObjectOptions = {}) {
  return Type.Object(properties, { ...options, additionalProperties: false });
}

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

export function OrNull<Schema extends Parameters<typeof Type.Union>[0][number]>(
  schema: Schema,
  options: TSchemaOptions = {},
) {
  return Type.Union([schema, Type.Null()], options);
}

export const IdParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 200 }) });

/** Text for people. */
export function Text(
  maxLength: number,
  more: { minLength?: number; description?: string; examples?: string[] } = {},
) {
  return Type.String({ maxLength, ...more });
}

/**
 * An object whose keys the caller chooses, within a pattern. `Type.Record` would accept any value under keys that do not
 * match.
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

/** The caller's own data of a resource. */
export const Metadata = MapOf(
  { pattern: '^[^\\u0000-\\u001f\\u007f]{1,64}$', description: '1 to 64 characters, no control characters' },
  Type.String({ maxLength: 512 }),
  { maxProperties: 32, description: 'Your own names and values' },
);

/**
 * Reads an id in the path.
 * @throws {SluiceError} not_found, also for an id of another kind
 */
export function pathId(kind: IdKind, text: string): string {
  const id = parseId(kind, text);
  if (id === null) throw new SluiceError('not_found', `No such ${wordsOf(kind)}.`);
  return id;
}

/**
 * Reads an id in the query or the body; one that is missing stays `null` or `undefined`.
 * @throws {SluiceError} invalid_input, pointing at it
 */
export function inputId(kind: IdKind, text: string, pointer: string): string;
export function inputId<Missing extends null | undefined>(
  kind: IdKind,
  text: string | Missing,
  pointer: string,
): string | Missing;
export function inputId(kind: IdKind, text: string | null | undefined, pointer: string) {
  if (typeof text !== 'string') return text;
  const id = parseId(kind, text);
  if (id === null) throw invalidInput(pointer, `This is not an id of the kind ${idPrefix(kind)}_….`);
  return id;
}

/**
 * Reads a time in the query or the body, whose form the schema has checked; one that is missing stays `null` or
 * `undefined`.
 * @throws {SluiceError} invalid_input, for a day that does not exist or a year before 1970
 */
export function inputTime(text: string, pointer: string): Date;
export function inputTime<Missing extends null | undefined>(
  text: string | Missing,
  pointer: string,
): Date | Missing;
export function inputTime(text: string | null | undefined, pointer: string) {
  if (typeof text !== 'string') return text;
  const time = new Date(text);
  if (Number.isNaN(time.getTime()) || time.getUTCFullYear() < 1970 || time.getUTCFullYear() > 9999)
    throw invalidInput(pointer, 'This time does not exist.');
  return time;
}

/**
 * Reads a time that has to be in the future.
 * @throws {SluiceError} invalid_input
 */
export function futureTime(clock: Clock, text: string, pointer: string): Date;
export function futureTime<Missing extends null | undefined>(
  clock: Clock,
  text: string | Missing,
  pointer: string,
): Date | Missing;
export function futureTime(clock: Clock, text: string | null | undefined, pointer: string) {
  const time = inputTime(text, pointer);
  if (time && time.getTime() <= clock.now()) throw invalidInput(pointer, 'This time has passed.');
  return time;
}

/** Removes members that are `undefined`, as `exactOptionalPropertyTypes` demands. */
export function given<T extends Record<string, unknown>>(
  values: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  const result: { [K in keyof T]?: Exclude<T[K], undefined> } = {};
  return Object.assign(result, Object.fromEntries(entries));
}
