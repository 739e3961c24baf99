import type { Queries } from '../db/connect.ts';
import { findKeys, type Key } from './keys.ts';

interface Waiting {
  readonly secret: string;
  resolve(key: Key | null): void;
  reject(error: unknown): void;
}

/**
 * Finds the keys of requests. Requests that arrive together, or while a query is running, share the next query. Each
 * answer comes from a query that began after the request, so that a revoked key is refused at once; yet a hundred
 * requests do not cost a hundred queries.
 */
export class KeyLookups {
  readonly #queries: Queries;
  #waiting: Waiting[] = [];
  #running = false;

  constructor(queries: Queries) {
    this.#queries = queries;
  }

  /** The key with this secret; `null` where there is none that is valid now, by the database's clock. */
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
