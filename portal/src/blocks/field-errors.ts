import { SluiceProblem } from '@sluice/client';
import { capitalized } from '../text/words.ts';

/**
 * What the API said about one member of the body.
 * @param pointer RFC 6901, such as `/url`; what is inside it counts as well
 * @example <TextInput label="URL" error={fieldError(save.error, '/url')} />
 */
export function fieldError(error: Error | null, pointer: string): string | null {
  if (!(error instanceof SluiceProblem)) return null;
  const found = error.errors.find(
    (place) => place.pointer === pointer || place.pointer.startsWith(`${pointer}/`),
  );
  return found ? sentence(found.detail) : null;
}

/** Whether the API said nothing about any of these members: then its message belongs above the form. */
export function isGeneral(error: Error | null, pointers: readonly string[]): error is Error {
  return error !== null && pointers.every((pointer) => fieldError(error, pointer) === null);
}

/** `must be a string` as people begin and end a sentence. */
function sentence(detail: string): string {
  const begun = capitalized(detail);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
