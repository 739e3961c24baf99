import { SluiceProblem } from '@sluice/client';

/** What is wrong at one place of a manifest. */
export interface ManifestProblem {
  /** RFC 6901, such as `/webhooks/0/url`. */
  readonly pointer: string;
  readonly detail: string;
}

/** Every place that the API complained about; none, where it said no for another reason. */
export function problemsOf(error: Error | null): readonly ManifestProblem[] {
  if (!(error instanceof SluiceProblem)) return [];
  const places = error.errors.filter(({ pointer }) => pointer.startsWith('/'));
  // Of a scope that is missing, the place holds only the name; the sentence says what to do.
  return error.code === 'missing_scope'
    ? places.map(({ pointer }) => ({ pointer, detail: error.detail }))
    : places;
}

/** What is wrong exactly here, or at one of its parts where `inside` is wanted. */
export function problemAt(
  problems: readonly ManifestProblem[],
  pointer: string,
  inside = false,
): string | null {
  const found = problems.find(
    (problem) => problem.pointer === pointer || (inside && problem.pointer.startsWith(`${pointer}/`)),
  );
  return found?.detail ?? null;
}
