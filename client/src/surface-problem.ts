import type { Problem } from './api.gen.ts';

/** Statuses that products' surfaces refuse with: the code of the API's catalogue, and what can be done. */
const meanings: Readonly<Record<number, { readonly code: string; readonly remedy: string }>> = {
  401: { code: 'unauthenticated', remedy: 'Sign in again, or check the key.' },
  403: { code: 'forbidden', remedy: 'An administrator of your organization can do this.' },
  404: { code: 'not_found', remedy: 'It may have been deleted. The list shows what there is.' },
  422: { code: 'invalid_input', remedy: 'Correct it and try again.' },
};
const unknownMeaning = { code: 'unexpected_answer', remedy: 'Try again in a while.' };

/**
 * A refusal in the form of a product's own surface, as a problem document: FlowBeacon's
 * `{ok: false, error: {code, message}}`, Flowxtra's `{success: false, message, errors}`, whose field `events.0`
 * becomes the pointer `/events/0`.
 *
 * @returns `null` for any other document
 */
export function surfaceProblem(status: number, document: unknown): Omit<Problem, 'request_id'> | null {
  const { code, remedy } = meanings[status] ?? unknownMeaning;
  const rest = { type: 'about:blank', title: 'The request was refused', status, remedy };
  if (!isObject(document)) return null;
  const { error, message } = document;
  if (document.ok === false && isObject(error) && typeof error.code === 'string')
    return { ...rest, code: error.code, detail: String(error.message) };
  if (document.success !== false || typeof message !== 'string') return null;
  const errors = Object.entries(isObject(document.errors) ? document.errors : {}).flatMap(
    ([field, details]) =>
      [details]
        .flat()
        .map((detail) => ({ pointer: `/${field.replaceAll('.', '/')}`, detail: String(detail) })),
  );
  return { ...rest, code, detail: message, errors };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
