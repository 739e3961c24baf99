import type { Queries } from '../db/connect.ts';
import { findKeys, type Key } from './keys.ts';

interface Waiting {
  readonly secret: string;
  resolve(key: Key | null): void;
  reject(error: unknown): void;
}

/**
 * Finds the keys of requests. Those that arrive at once, or while a look-up is under way, share one: every request still
 * gets an answer that is younger than itself, so that a revoked key is refused at once, and a hundred requests are not
 * a hundred queries.
 */
export class KeyLookups {
  readonly #queries: Queries;
  #waiting: Waiting[] = [];
  #running = false;

  constructor(queries: Queries) {
    this.#queries = queries;
  }

  /** The key that a secret belongs to, if it is valid now by the database's clock. */
  find(secret: string): Promise<Key | null> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ secret, resolve, reject });
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) await this.#look(this.#waiting.splice(0));
    this.#running = false;
  }

  async #look(group: readonly Waiting[]): Promise<void> {
    try {
      const found = await findKeys(this.#queries, [...new Set(group.map(({ secret }) => secret))]);
      for (const { secret, resolve } of group) resolve(found.get(secret) ?? null);
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}
