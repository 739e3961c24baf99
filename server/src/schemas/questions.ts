import type { InputError } from '../base/errors.ts';

/** Data to be held against a schema, both as JSON text. */
export interface SchemaQuestion {
  readonly schema: string;
  readonly data: string;
  /** Only whether it is satisfied, not what fails. */
  readonly whetherOnly: boolean;
}

/** `satisfied` is `null` where it cannot be told; `errors` then says why. */
export interface SchemaVerdict {
  readonly satisfied: boolean | null;
  readonly errors: readonly InputError[];
}

/** The verdict where a schema or its check fails. */
export function cannotTell(reason: string): SchemaVerdict {
  return { satisfied: null, errors: [{ pointer: '', detail: `the schema cannot be evaluated: ${reason}` }] };
}

/** Why a schema cannot be used. */
export interface SchemaRefusal {
  readonly detail: string;
  /** What is wrong with the example, if it is the example; `null`: it is the schema itself. */
  readonly exampleErrors: readonly InputError[] | null;
}
