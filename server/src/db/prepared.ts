import { createHash } from 'node:crypto';
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type pg from 'pg';
import { isStalePlan } from './failures.ts';

/** Texts that come with parameters are written in the source, so there are few; this is in case there are not. */
const preparedAtMost = 500;

/**
 * A pool whose connections parse and plan each statement once, by a name that comes from its text. Planning was two
 * fifths of what the database did for a delivery.
 */
export function preparing(pool: pg.Pool): PostgresPool {
  const clients = new WeakMap<pg.PoolClient, PreparingClient>();
  return {
    options: pool.options,
    async connect() {
      const client = await pool.connect();
      const known = clients.get(client) ?? new PreparingClient(client);
      clients.set(client, known);
      return known;
    },
    end: () => pool.end(),
  };
}

const transactionControl = /^(?:begin|start transaction.*|commit|rollback)$/;

class PreparingClient implements PostgresPoolClient {
  readonly #client: pg.PoolClient;
  readonly #names = new Map<string, string>();
  /** Grows when the names that were given so far may stand for plans of another schema. */
  #generation = 0;
  #inTransaction = false;

  constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  query<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query<R>(
    text: string | PostgresCursor<R>,
    values: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof text !== 'string') throw new Error('Cursors are not used here.');
    return this.#run<R>(text, values);
  }

  release(destroy?: boolean): void {
    this.#client.release(destroy);
  }

  async #run<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    if (transactionControl.test(text)) this.#inTransaction = !/^(?:commit|rollback)$/.test(text);
    try {
      return await this.#send<R>(text, values);
    } catch (error) {
      if (!isStalePlan(error)) throw error;
      this.#names.clear();
      this.#generation += 1;
      // A transaction has been ended by it and is tried again as a whole, by `transact`.
      if (this.#inTransaction) throw error;
      return this.#send<R>(text, values);
    }
  }

  async #send<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    const name = values.length === 0 ? undefined : this.#nameOf(text);
    const { command, rowCount, rows } = await this.#client.query({
      text,
      values: [...values],
      ...(name && { name }),
    });
    return { command: commandOf(command), rowCount: rowCount ?? 0, rows };
  }

  #nameOf(text: string): string | undefined {
    const known = this.#names.get(text);
    if (known !== undefined || this.#names.size >= preparedAtMost) return known;
    const name = `${createHash('sha256').update(text).digest('base64url').slice(0, 16)}_${this.#generation}`;
    this.#names.set(text, name);
    return name;
  }
}

const commands = ['UPDATE', 'DELETE', 'INSERT', 'SELECT', 'MERGE', 'COMMIT', 'ROLLBACK'] as const;

/** Everything else (`BEGIN`, `SET`, …) answers no rows and changes none. */
function commandOf(command: string): PostgresQueryResult<unknown>['command'] {
  return commands.find((known) => known === command) ?? 'SELECT';
}
