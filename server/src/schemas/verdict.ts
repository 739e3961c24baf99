import type { InputError } from '../base/errors.ts';

/** `satisfied` is `null` where the schema cannot be evaluated; `errors` then says why. */
export interface SchemaVerdict {
  readonly satisfied: boolean | null;
  readonly errors: readonly InputError[];
}

/** The verdict where a schema or its check fails. */
export function cannotTell(reason: string): SchemaVerdict {
  return { satisfied: null, errors: [{ pointer: '', detail: `the schema cannot be evaluated: ${reason}` }] };
}
