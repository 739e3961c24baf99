import { SluiceError } from '../base/errors.ts';
import { type CompiledSchema, compileSchemaTwice } from './compile.ts';
import type { SchemaVerdict } from './verdict.ts';

/** A clock may stop the compiling: after so many times it is tried again only when some time has passed. */
const triesAtOnce = 3;
const againAfterMs = 10_000;

/** An organization's schema: its text, and compiled as soon as data is checked by it on the main thread. */
export class KeptSchema {
  /** JSON text. */
  readonly text: string;
  #compiled: CompiledSchema | null = null;
  #hasList = false;
  #tries = 0;
  #triedAt = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Compiles what `isSatisfied` needs within so many whole milliseconds, or leaves it as it is. */
  prepare(limitMs: number): void {
    if (this.#compiled === null)
      this.#try(() => {
        this.#compiled = compileSchemaTwice(JSON.parse(this.text), limitMs);
      });
  }

  /** Compiles what `failure` needs within so many whole milliseconds, or leaves it as it is. */
  prepareList(limitMs: number): void {
    const compiled = this.#compiled;
    if (!this.#hasList && compiled !== null)
      this.#try(() => {
        compiled.prepareList(limitMs);
        this.#hasList = true;
      });
  }

  /** Whether data satisfies it; `null` where it is not compiled. Has no clock of its own: call it inside one. */
  isSatisfied(data: unknown): boolean | null {
    return this.#compiled?.isSatisfied(data) ?? null;
  }

  /**
   * The verdict on data that does not satisfy it; `null` where the list of errors is not compiled. Has no clock of its
   * own: call it inside one.
   */
  failure(data: unknown): SchemaVerdict | null {
    return this.#hasList && this.#compiled !== null
      ? { satisfied: false, errors: this.#compiled.list(data) }
      : null;
  }

  #try(compile: () => void): void {
    if (this.#tries >= triesAtOnce && performance.now() < this.#triedAt + againAfterMs) return;
    try {
      compile();
    } catch (error) {
      // Too slow for this thread, or no longer sound: the side thread finds out which.
      if (!(error instanceof SluiceError)) throw error;
      this.#tries += 1;
      this.#triedAt = performance.now();
    }
  }
}

const keptAtMost = 1_000;
const kept = new Map<string, KeptSchema>();

/**
 * The schema with this JSON text. Compiling takes longer than all other work on an event, so the schemas used last are
 * kept for the whole process.
 */
export function keptSchema(text: string): KeptSchema {
  const schema = kept.get(text) ?? new KeptSchema(text);
  kept.delete(text);
  kept.set(text, schema);
  const [oldest] = kept.keys();
  if (kept.size > keptAtMost && oldest !== undefined) kept.delete(oldest);
  return schema;
}
