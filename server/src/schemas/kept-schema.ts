import { SluiceError } from '../base/errors.ts';
import { type CompiledSchema, compileSchemaTwice } from './compile.ts';
import type { SchemaVerdict } from './questions.ts';

/** Compiling may be stopped by its clock: when that has happened so often, it is tried again only after some time. */
const triesAtOnce = 3;
const againAfterMs = 10_000;

/** A tenant's schema: its text, and compiled when it is first asked. */
export class HeldSchema {
  /** JSON text. */
  readonly text: string;
  #compiled: CompiledSchema | null = null;
  #hasList = false;
  #tries = 0;
  #triedAt = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Compiles it, unless that is done, within so many whole milliseconds, or not at all. */
  prepare(limitMs: number): void {
    if (this.#compiled === null)
      this.#try(() => {
        this.#compiled = compileSchemaTwice(JSON.parse(this.text), limitMs);
      });
  }

  /** The same for telling what fails. */
  prepareList(limitMs: number): void {
    const compiled = this.#compiled;
    if (!this.#hasList && compiled !== null)
      this.#try(() => {
        compiled.prepareList(limitMs);
        this.#hasList = true;
      });
  }

  /** Whether data satisfies it; `null` where it is not compiled. Takes as long as the tenant likes: within a clock. */
  isSatisfied(data: unknown): boolean | null {
    return this.#compiled?.isSatisfied(data) ?? null;
  }

  /** The verdict on data that does not satisfy it; `null` where that is not compiled. Within a clock, too. */
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
      // Too slow for here, or no longer sound: the thread will tell.
      if (!(error instanceof SluiceError)) throw error;
      this.#tries += 1;
      this.#triedAt = performance.now();
    }
  }
}

const heldAtMost = 1_000;
const held = new Map<string, HeldSchema>();

/** The schema with this text. Compiling takes longer than all other work on an event, so those used last are kept. */
export function holdSchema(text: string): HeldSchema {
  const schema = held.get(text) ?? new HeldSchema(text);
  held.delete(text);
  held.set(text, schema);
  const [oldest] = held.keys();
  if (held.size > heldAtMost && oldest !== undefined) held.delete(oldest);
  return schema;
}
