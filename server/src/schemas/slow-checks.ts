import { SluiceError } from '../base/errors.ts';
import { type SideThread, SideThreadBusyError, SideThreadError } from '../base/side-thread.ts';
import { Places } from './places.ts';
import type { Question } from './questions.ts';
import type { SchemaAnswer, SchemaRefusal, SchemaRequest, ThreadQuestion } from './thread.ts';
import { cannotTell, type SchemaVerdict } from './verdict.ts';

/** The thread where schemas are judged that take long. */
export type SchemaThread = Pick<SideThread<SchemaRequest, SchemaAnswer>, 'ask'>;

/** Milliseconds of the side thread for all questions of one request. */
const requestLimit = 2_000;
/** Milliseconds after which another organization has its turn there. */
const turnLimit = 250;
/** Characters of questions that go there at once. */
const turnLength = 1_048_576;
/** Milliseconds that a request waits for its turn there. */
const longestWait = 10_000;
const limits = { atOnce: 8, waiting: 1_000, longestWaitMs: longestWait };

/** Checks data and schemas in the side thread, where organizations take turns. Nothing of it holds up the main thread. */
export class SlowChecks {
  readonly #thread: SchemaThread;
  readonly #places = new Places(limits);

  constructor(thread: SchemaThread) {
    this.#thread = thread;
  }

  /**
   * The verdicts on the questions of one request. Eight requests of an organization ask at once, a thousand wait.
   * @throws {SluiceError} too_much_under_way
   */
  async judge(orgId: string, questions: readonly Question[]): Promise<SchemaVerdict[]> {
    const leave = await this.#places.take(orgId).catch((error: unknown) => {
      throw error instanceof SideThreadBusyError ? tooMuch(error) : error;
    });
    try {
      const verdicts: SchemaVerdict[] = [];
      for (let spent = 0; verdicts.length < questions.length; ) {
        if (spent >= requestLimit) {
          verdicts.push(cannotTell(`the data of one request may take ${requestLimit} ms`));
          continue;
        }
        const { judged, spentMs } = await this.#turn(orgId, turnOf(questions, verdicts.length));
        verdicts.push(...judged);
        spent += spentMs;
      }
      return verdicts;
    } finally {
      leave();
    }
  }

  /** The verdicts on the first of these questions, on one at least, and how many milliseconds they took. */
  async #turn(orgId: string, questions: readonly ThreadQuestion[]) {
    try {
      const answer = await this.#thread.ask(
        orgId,
        { kind: 'judge', questions, limitMs: turnLimit },
        longestWait,
      );
      if (answer.kind !== 'judged') throw new Error('The thread answered another question.');
      return { judged: answer.verdicts, spentMs: answer.spentMs };
    } catch (error) {
      if (error instanceof SideThreadBusyError) throw tooMuch(error);
      if (!(error instanceof SideThreadError)) throw error;
      return { judged: questions.map(() => cannotTell(error.message)), spentMs: requestLimit };
    }
  }

  /**
   * Why a schema cannot be used, or in which places its example breaks it; `null`: it is sound.
   * @throws {SluiceError} too_much_under_way
   */
  async examine(orgId: string, schema: string, example: string | null): Promise<SchemaRefusal | null> {
    try {
      const answer = await this.#thread.ask(orgId, { kind: 'examine', schema, example }, longestWait);
      return answer.kind === 'examined' ? answer.refusal : null;
    } catch (error) {
      if (error instanceof SideThreadBusyError) throw tooMuch(error);
      if (error instanceof SideThreadError) return { detail: error.message, exampleErrors: null };
      throw error;
    }
  }
}

/** As many questions as may go to the thread at once; one at least. */
function turnOf(questions: readonly Question[], from: number): ThreadQuestion[] {
  const turn: ThreadQuestion[] = [];
  let length = 0;
  for (const { schema, data, whetherOnly } of questions.slice(from)) {
    length += schema.text.length + data.length;
    if (turn.length > 0 && length > turnLength) break;
    turn.push({ schema: schema.text, data, whetherOnly });
  }
  return turn;
}

function tooMuch(cause: Error): SluiceError {
  return new SluiceError(
    'too_much_under_way',
    'Too much of this organization waits for schemas that take long to evaluate.',
    { retryAfterSeconds: 5, cause },
  );
}
