import type { KeptSchema } from './kept-schema.ts';
import type { SchemaVerdict } from './verdict.ts';

/** Data to be checked by one of an organization's schemas. */
export interface Question {
  readonly schema: KeptSchema;
  /** JSON text. */
  readonly data: string;
  /** Only whether the data satisfies the schema, not what fails. */
  readonly whetherOnly: boolean;
}

/**
 * Verdicts by the text of the schema and the bytes of the data: they hold for as long as both are the same. Neither text
 * is copied, because one schema often comes with hundreds of small data.
 */
export class Verdicts {
  readonly #whole = new Map<string, Map<string, SchemaVerdict>>();
  readonly #whetherOnly = new Map<string, Map<string, SchemaVerdict>>();

  get({ schema, data, whetherOnly }: Question): SchemaVerdict | null {
    return (whetherOnly ? this.#whetherOnly : this.#whole).get(schema.text)?.get(data) ?? null;
  }

  set({ schema, data, whetherOnly }: Question, verdict: SchemaVerdict): void {
    const bySchema = whetherOnly ? this.#whetherOnly : this.#whole;
    const byData = bySchema.get(schema.text) ?? new Map<string, SchemaVerdict>();
    bySchema.set(schema.text, byData.set(data, verdict));
  }
}

/** Answers questions in their order; `null` for those that it cannot answer now. */
export type Judge = (questions: readonly Question[]) => Promise<readonly (SchemaVerdict | null)[]>;

/** A judge that looks into verdicts first, and remembers there what the other judge answers. */
export function remembering(verdicts: Verdicts, judge: Judge): Judge {
  return async (questions) => {
    const open = questions.filter((question) => verdicts.get(question) === null);
    const answers = open.length === 0 ? [] : await judge(open);
    for (const [index, question] of open.entries()) {
      const answer = answers[index];
      if (answer) verdicts.set(question, answer);
    }
    return questions.map((question) => verdicts.get(question));
  };
}
