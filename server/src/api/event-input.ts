import { scanJson } from '@sluice/contracts';
import { type Static, Type } from 'typebox';
import { invalidInput, SluiceError } from '../base/errors.ts';
import { publicId } from '../base/ids.ts';
import { eventTypeLength } from '../events/event-types.ts';
import { Closed, inputId } from '../http/fields.ts';
import { type Audience, roles } from '../tenants/members.ts';

export const EventTypeName = Type.String({
  pattern: '^[a-z0-9_]+(\\.[a-z0-9_]+)*$',
  description: 'Dot-separated words of a-z, 0-9 and _',
  maxLength: eventTypeLength,
  examples: ['invoice.paid'],
});

export const EventData = Type.Record(Type.String(), Type.Unknown(), {
  description: 'Any JSON object up to 256 KiB; delivered byte for byte',
  examples: [{ invoice_id: 'in_42', amount: 1999 }],
});

export const AudienceInput = Closed(
  {
    members: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 1_000 })),
    roles: Type.Optional(Type.Array(Type.Enum([...roles]), { maxItems: 10 })),
  },
  { description: "Members whose own endpoints get the event too, besides the organization's" },
);

export const dataLimit = 262_144;

/**
 * The exact bytes of the member `data` of an object, as text; the schema has accepted the object.
 * @throws {SluiceError} payload_too_large
 */
export function cutData(bytes: Uint8Array, pointer: string, limit = dataLimit): string {
  const data = memberBytes(bytes, 'data');
  if (data.length > limit) {
    throw new SluiceError('payload_too_large', `The data has ${data.length} bytes; ${limit} are allowed.`, {
      errors: [{ pointer: `${pointer}/data`, detail: 'too large' }],
    });
  }
  return Buffer.from(data).toString();
}

/** The exact bytes of a member's value in the bytes of an object. */
export function memberBytes(bytes: Uint8Array, key: string): Uint8Array {
  const scanned = scanJson(bytes);
  const found = scanned.ok ? scanned.members.find((candidate) => candidate.key === key) : undefined;
  if (!found) throw invalidInput(`/${key}`, 'is required');
  return bytes.subarray(found.valueStart, found.valueEnd);
}

/** An audience with inner ids. */
export function readAudience(input: Static<typeof AudienceInput>, pointer: string): Audience {
  const members = input.members?.map((id, index) =>
    inputId('member', id, `${pointer}/audience/members/${index}`),
  );
  return { ...(members && { members }), ...(input.roles && { roles: input.roles }) };
}

/** An audience with public ids, from stored JSON text. */
export function showAudience(stored: string | null): { members?: string[]; roles?: string[] } | null {
  if (stored === null) return null;
  const audience: Audience = JSON.parse(stored);
  return {
    ...(audience.members && { members: audience.members.map((id) => publicId('member', id)) }),
    ...(audience.roles && { roles: [...audience.roles] }),
  };
}
