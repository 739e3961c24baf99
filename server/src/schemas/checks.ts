import { SluiceError } from '../base/errors.ts';
import { SideThread, SideThreadBusyError, SideThreadError } from '../base/side-thread.ts';
import { prepareCompiler, withinTime } from './compile.ts';
import type { HeldSchema } from './kept-schema.ts';
import { cannotTell, type SchemaQuestion, type SchemaVerdict } from './questions.ts';
import type { SchemaAnswer, SchemaRequest } from './thread.ts';

/** Data to be held against one of an organization's schemas. */
export interface HeldQuestion {
  readonly schema: HeldSchema;
  /** JSON text. */
  readonly data: string;
  readonly whetherOnly: boolean;
}

/** Milliseconds of this thread, whose requests and deliveries wait meanwhile, for what one organization asks at once. */
const quickLimit = 20;
/** The same for compiling schemas, which is done once for each. */
const compileLimit = 100;
/** Milliseconds that cost nothing: nearly all data is told by then, also where the machine is busy. */
const freeOfCharge = 10;
/** Milliseconds beyond that which an organization may use up in each second. */
const savedEachSecond = 50;
/** Milliseconds of the side thread for all that one request asks. */
const requestLimit = 2_000;
/** Milliseconds after which somebody else has a turn there. */
const turnLimit = 250;
/** Characters of questions that go there at once. */
const turnLength = 1_048_576;
/** Milliseconds that somebody waits for their turn there. */
const longestWait = 10_000;
const roundsAtMost = 6;
/** Requests of one organization that ask the side thread at once; their verdicts are kept until each is done. */
const decidingAtOnce = 8;
/** Requests of one organization that wait for that. */
const waitingAtMost = 1_000;

const sideThread = new SideThread<SchemaRequest, SchemaAnswer>(new URL('./thread.ts', import.meta.url), {
  hungAfterMs: 20_000,
  heapMegabytes: 512,
});

/** Inside a transaction nobody can wait for the side thread: it is left without a change, and run again with verdicts. */
export class UndecidedError extends Error {
  readonly orgId: string;
  readonly questions: readonly HeldQuestion[];
  /** They were tried whatever has been used up, because their data may be other data in the next run. */
  readonly insisted: boolean;

  constructor(orgId: string, questions: readonly HeldQuestion[], insisted = false) {
    super('A schema takes long; its verdict has to be waited for.');
    this.orgId = orgId;
    this.questions = questions;
    this.insisted = insisted;
  }
}

/** Verdicts by schema and data. Neither text is copied: one schema often comes with hundreds of small data. */
class Verdicts {
  readonly #bySchema = new Map<string, Map<string, SchemaVerdict>>();
  readonly #whetherOnly = new Map<string, Map<string, SchemaVerdict>>();

  get({ schema, data, whetherOnly }: HeldQuestion): SchemaVerdict | undefined {
    return (whetherOnly ? this.#whetherOnly : this.#bySchema).get(schema.text)?.get(data);
  }

  set({ schema, data, whetherOnly }: HeldQuestion, verdict: SchemaVerdict): void {
    const bySchema = whetherOnly ? this.#whetherOnly : this.#bySchema;
    const byData = bySchema.get(schema.text) ?? new Map<string, SchemaVerdict>();
    bySchema.set(schema.text, byData.set(data, verdict));
  }
}

/** Who asks the side thread for one organization, and who waits until one of those is done. */
interface Deciding {
  count: number;
  readonly waiting: Set<() => void>;
}

/**
 * Holds data against tenants' schemas. What is quickly told is told here; what takes longer is judged in a thread of
 * its own, where organizations take turns, so that nobody's schema holds up anybody else.
 */
export class SchemaChecks {
  /** What organizations with slow schemas may still use up here, as of a time of `performance.now()`. */
  readonly #saved = new Map<string, { readonly ms: number; readonly at: number }>();
  /** What the side thread found, for as long as somebody goes by it. */
  readonly #found = new Map<string, Set<Verdicts>>();
  readonly #deciding = new Map<string, Deciding>();

  readonly #mostSaved: number;

  /** @param mostSaved milliseconds beyond what is free of charge that an organization may use up at once; 0: ask nothing here */
  constructor(mostSaved = 30) {
    this.#mostSaved = mostSaved;
  }

  /**
   * The verdicts that are known or quickly told; `null` for all others.
   * @param insist whether to try it here whatever has been used up: for data that will be another when it is asked again,
   *   so that what the side thread finds is of no use
   */
  quickly(orgId: string, questions: readonly HeldQuestion[], insist = false): (SchemaVerdict | null)[] {
    const verdicts = questions.map((question) => this.#known(orgId, question));
    if (verdicts.every((verdict) => verdict !== null)) return verdicts;
    if (!insist && this.#savedBy(orgId) <= 0) return verdicts;
    prepareCompiler();
    const startedAt = performance.now();
    tellQuickly(questions, verdicts);
    this.#charge(orgId, performance.now() - startedAt - freeOfCharge);
    return verdicts;
  }

  /** @throws {UndecidedError} */
  verdict(orgId: string, question: HeldQuestion): SchemaVerdict {
    const [verdict] = this.quickly(orgId, [question]);
    if (verdict) return verdict;
    throw new UndecidedError(orgId, [question]);
  }

  #savedBy(orgId: string): number {
    const saved = this.#saved.get(orgId);
    if (saved === undefined) return this.#mostSaved;
    const ms = saved.ms + ((performance.now() - saved.at) / 1000) * savedEachSecond;
    if (ms >= this.#mostSaved) this.#saved.delete(orgId);
    return Math.min(this.#mostSaved, ms);
  }

  #charge(orgId: string, ms: number): void {
    if (ms > 0) this.#saved.set(orgId, { ms: this.#savedBy(orgId) - ms, at: performance.now() });
  }

  /**
   * Runs work that throws `UndecidedError` where it would have to wait for a verdict, and again when the verdict is there.
   * Outside of any transaction.
   * @param admitAgain comes before what is repeated after a wait, and throws what refuses it: a key may have been revoked
   * @throws {SluiceError} too_much_under_way, invalid_event_data, besides what the work throws
   */
  async whileDecided<T>(work: () => Promise<T>, admitAgain?: () => Promise<void>): Promise<T> {
    const releases: (() => void)[] = [];
    const triedInVain = new Set<string>();
    let hasPlace = false;
    try {
      for (let rounds = 1; ; rounds += 1) {
        try {
          return await work();
        } catch (error) {
          if (!(error instanceof UndecidedError)) throw error;
          if (rounds === roundsAtMost || isRepeated(error, triedInVain)) throw neverTold(error);
          // A busy machine makes quick checks slow, too: where that has hardly happened, it is tried here again.
          if (rounds === 1 && !error.insisted && this.#savedBy(error.orgId) > 0) continue;
          if (!hasPlace) releases.push(await this.#takePlace(error.orgId));
          hasPlace = true;
          releases.push(await this.#decide(error));
          await admitAgain?.();
        }
      }
    } finally {
      for (const release of releases) release();
    }
  }

  /**
   * Refuses a schema that cannot be used, or whose example breaks it.
   * @param schema parsed JSON
   * @param example `null`: there is none
   * @throws {SluiceError} invalid_schema, invalid_input (the example), too_much_under_way
   */
  async examine(orgId: string, schema: unknown, example: unknown, pointer = '/schema'): Promise<void> {
    const answer = await sideThread
      .ask(
        orgId,
        {
          kind: 'examine',
          schema: JSON.stringify(schema),
          example: example === null ? null : JSON.stringify(example),
        },
        longestWait,
      )
      .catch((error: unknown) => {
        if (error instanceof SideThreadBusyError) throw tooMuch(error);
        if (error instanceof SideThreadError) return refusalOf(error.message);
        throw error;
      });
    if (answer.kind !== 'examined' || answer.refusal === null) return;
    const { detail, exampleErrors } = answer.refusal;
    if (exampleErrors === null)
      throw new SluiceError('invalid_schema', detail, { errors: [{ pointer, detail }] });
    throw new SluiceError('invalid_input', detail, {
      errors: exampleErrors.map((error) => ({ ...error, pointer: `/example${error.pointer}` })),
    });
  }

  /**
   * Answers how to give the place back.
   * @throws {SluiceError} too_much_under_way
   */
  async #takePlace(orgId: string): Promise<() => void> {
    const deciding = this.#deciding.get(orgId) ?? { count: 0, waiting: new Set() };
    this.#deciding.set(orgId, deciding);
    if (deciding.count < decidingAtOnce) deciding.count += 1;
    else if (deciding.waiting.size >= waitingAtMost) throw tooMuch(new Error('too many wait already'));
    else await waitForPlace(deciding);
    return () => {
      // Whoever comes next takes this place, so that nobody comes between.
      const [next] = deciding.waiting;
      if (next) next();
      else deciding.count -= 1;
      if (deciding.count === 0) this.#deciding.delete(orgId);
    };
  }

  /** Answers how to forget the verdicts again. */
  async #decide({ orgId, questions }: UndecidedError): Promise<() => void> {
    const verdicts = new Verdicts();
    let spent = 0;
    for (let next = 0; next < questions.length; ) {
      const turn = spent < requestLimit ? turnOf(questions, next) : [];
      const { judged, spentMs } =
        turn.length > 0
          ? await judge(orgId, turn)
          : { judged: questions.slice(next).map(outOfTime), spentMs: 0 };
      for (const verdict of judged) {
        const question = questions[next];
        if (question) verdicts.set(question, verdict);
        next += 1;
      }
      spent += spentMs;
    }
    const found = this.#found.get(orgId) ?? new Set();
    this.#found.set(orgId, found.add(verdicts));
    return () => {
      found.delete(verdicts);
      if (found.size === 0 && this.#found.get(orgId) === found) this.#found.delete(orgId);
    };
  }

  #known(orgId: string, question: HeldQuestion): SchemaVerdict | null {
    const found = this.#found.get(orgId);
    if (found === undefined) return null;
    for (const verdicts of found) {
      const verdict = verdicts.get(question);
      if (verdict) return verdict;
    }
    return null;
  }
}

/**
 * Fills in the verdicts that can be told in a short time. One clock never runs inside another: compiling, asking
 * and listing what fails each have theirs.
 */
function tellQuickly(questions: readonly HeldQuestion[], verdicts: (SchemaVerdict | null)[]): void {
  const open = questions.flatMap((question, index) =>
    verdicts[index] === null ? [{ ...question, index }] : [],
  );
  const compileUntil = performance.now() + compileLimit;
  const prepare = (schemas: Iterable<HeldSchema>, compile: (schema: HeldSchema, limitMs: number) => void) => {
    for (const schema of schemas) {
      const left = Math.floor(compileUntil - performance.now());
      if (left > 0) compile(schema, left);
    }
  };
  prepare(new Set(open.map(({ schema }) => schema)), (schema, limitMs) => schema.prepare(limitMs));
  const failing: { schema: HeldSchema; value: unknown; index: number }[] = [];
  withinTime(quickLimit, () => {
    for (const { schema, data, whetherOnly, index } of open) {
      const value: unknown = JSON.parse(data);
      const satisfied = schema.isSatisfied(value);
      if (satisfied === false && !whetherOnly) failing.push({ schema, value, index });
      else if (satisfied !== null) verdicts[index] = { satisfied, errors: [] };
    }
  });
  if (failing.length === 0) return;
  prepare(new Set(failing.map(({ schema }) => schema)), (schema, limitMs) => schema.prepareList(limitMs));
  withinTime(quickLimit, () => {
    for (const { schema, value, index } of failing) verdicts[index] = schema.failure(value);
  });
}

/** Whether data that is other data in each run has met a schema twice that takes too long here; notes it, if not. */
function isRepeated({ insisted, questions }: UndecidedError, triedInVain: Set<string>): boolean {
  if (!insisted) return false;
  if (questions.some(({ schema }) => triedInVain.has(schema.text))) return true;
  for (const { schema } of questions) triedInVain.add(schema.text);
  return false;
}

function waitForPlace({ waiting }: Deciding): Promise<void> {
  return new Promise((resolve, reject) => {
    const take = () => {
      waiting.delete(take);
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => {
      waiting.delete(take);
      reject(tooMuch(new Error('no place for too long')));
    }, longestWait);
    waiting.add(take);
  });
}

/** As many as may go to the side thread at once; one at least. */
function turnOf(questions: readonly HeldQuestion[], from: number): SchemaQuestion[] {
  const turn: SchemaQuestion[] = [];
  let length = 0;
  for (let index = from; index < questions.length; index += 1) {
    const question = questions[index];
    if (!question) break;
    const { schema, data, whetherOnly } = question;
    length += schema.text.length + data.length;
    if (turn.length > 0 && length > turnLength) break;
    turn.push({ schema: schema.text, data, whetherOnly });
  }
  return turn;
}

/** The verdicts on the first of the questions, at least on one. */
async function judge(
  orgId: string,
  questions: readonly SchemaQuestion[],
): Promise<{ judged: readonly SchemaVerdict[]; spentMs: number }> {
  try {
    const answer = await sideThread.ask(orgId, { kind: 'judge', questions, limitMs: turnLimit }, longestWait);
    if (answer.kind !== 'judged') throw new Error('The thread answered another question.');
    return { judged: answer.verdicts, spentMs: answer.spentMs };
  } catch (error) {
    if (error instanceof SideThreadBusyError) throw tooMuch(error);
    if (!(error instanceof SideThreadError)) throw error;
    return { judged: questions.map(() => cannotTell(error.message)), spentMs: requestLimit };
  }
}

function outOfTime(): SchemaVerdict {
  return cannotTell(`the data of one request may take ${requestLimit} ms`);
}

function refusalOf(detail: string): SchemaAnswer {
  return { kind: 'examined', refusal: { detail, exampleErrors: null } };
}

function neverTold(cause: Error): SluiceError {
  const detail = 'the schema cannot be evaluated: it takes too long for an event that belongs to a change';
  return new SluiceError('invalid_event_data', detail, { errors: [{ pointer: '', detail }], cause });
}

function tooMuch(cause: Error): SluiceError {
  return new SluiceError(
    'too_much_under_way',
    'Too much of this organization waits for schemas that take long to evaluate.',
    { retryAfterSeconds: 5, cause },
  );
}
