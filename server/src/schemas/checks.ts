import { SluiceError } from '../base/errors.ts';
import { SideThread } from '../base/side-thread.ts';
import type { Question } from './questions.ts';
import { QuickChecks } from './quick-checks.ts';
import { type SchemaThread, SlowChecks } from './slow-checks.ts';
import type { SchemaAnswer, SchemaRequest } from './thread.ts';
import type { SchemaVerdict } from './verdict.ts';

/** The process's thread for schemas that take long; it begins with the first of them. */
export const schemaThread: SchemaThread = new SideThread<SchemaRequest, SchemaAnswer>(
  new URL('./thread.ts', import.meta.url),
  {
    hungAfterMs: 20_000,
    heapMegabytes: 512,
  },
);

/** Milliseconds beyond those free of charge that an organization may use up on the main thread at once. */
const usualQuotaMs = 30;

/**
 * Checks data by organizations' schemas: on the main thread where that is quick, otherwise in a side thread, where
 * organizations take turns. So no organization's schema holds up any other's requests.
 */
export class SchemaChecks {
  readonly #quick: QuickChecks;
  readonly #slow: SlowChecks;

  /**
   * @param quotaMs milliseconds of the main thread for the slow schemas of one organization; 0: all go to the thread
   * @param thread where schemas are judged that take long
   */
  constructor(quotaMs = usualQuotaMs, thread: SchemaThread = schemaThread) {
    this.#quick = new QuickChecks(quotaMs);
    this.#slow = new SlowChecks(thread);
  }

  /** The verdicts that can be told now; `null` for the others, and for all where the organization has used up its quota. */
  quickly(orgId: string, questions: readonly Question[]): (SchemaVerdict | null)[] {
    return this.#quick.quotaOf(orgId) > 0 ? this.#quick.judge(orgId, questions) : questions.map(() => null);
  }

  /**
   * The verdicts that can be told without the side thread, whatever the organization has used up; `null` for the others.
   * For transactions, which cannot wait for it. What is not told at once is tried once more, because a busy machine makes
   * quick checks slow.
   */
  withoutWaiting(orgId: string, questions: readonly Question[]): (SchemaVerdict | null)[] {
    const verdicts = this.#quick.judge(orgId, questions);
    const open = questions.filter((_, index) => !verdicts[index]);
    return open.length === 0 ? verdicts : filled(verdicts, this.#quick.judge(orgId, open));
  }

  /**
   * All verdicts, which may take until the side thread has had time for them. Never inside a transaction.
   * @throws {SluiceError} too_much_under_way
   */
  async patiently(orgId: string, questions: readonly Question[]): Promise<(SchemaVerdict | null)[]> {
    // A busy machine makes quick checks slow: while the organization has quota left, they are worth a try.
    const verdicts = this.quickly(orgId, questions);
    const open = questions.filter((_, index) => !verdicts[index]);
    return open.length === 0 ? verdicts : filled(verdicts, await this.#slow.judge(orgId, open));
  }

  /**
   * Refuses a schema that cannot be used, or whose example breaks it. Never inside a transaction.
   * @param schema parsed JSON
   * @param example parsed JSON; `null`: there is none
   * @param pointer where the schema is in the request
   * @throws {SluiceError} invalid_schema, invalid_input (the example), too_much_under_way
   */
  async examine(orgId: string, schema: unknown, example: unknown, pointer = '/schema'): Promise<void> {
    const exampleText = example === null ? null : JSON.stringify(example);
    const refusal = await this.#slow.examine(orgId, JSON.stringify(schema), exampleText);
    if (refusal === null) return;
    const { detail, exampleErrors } = refusal;
    if (exampleErrors === null)
      throw new SluiceError('invalid_schema', detail, { errors: [{ pointer, detail }] });
    throw new SluiceError('invalid_input', detail, {
      errors: exampleErrors.map((error) => ({ ...error, pointer: `/example${error.pointer}` })),
    });
  }
}

/** The verdicts with the later ones, in their order, in place of those that were missing. */
function filled(verdicts: readonly (SchemaVerdict | null)[], later: readonly (SchemaVerdict | null)[]) {
  let next = 0;
  return verdicts.map((verdict) => {
    if (verdict !== null) return verdict;
    next += 1;
    return later[next - 1] ?? null;
  });
}
