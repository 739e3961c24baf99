import { createHash } from 'node:crypto';
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type pg from 'pg';
import { isStalePlan } from './failures.ts';
import { statementsKept } from './planning.ts';

/** A pool whose connections prepare each statement once, under a name made from its text. */
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

class PreparingClient implements PostgresPoolClient {
  readonly #client: pg.PoolClient;
  /** By text. Once there are `statementsKept`, further ones run unprepared until the connection is replaced. */
  readonly #names = new Map<string, string>();
  /** Grows when the names given so far may stand for plans of another schema. */
  #generation = 0;

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
    // Statements that name a day are others each day. Deallocating the oldest would leave the driver thinking it prepared.
    this.#client.release(destroy || this.#names.size >= statementsKept);
  }

  async #run<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    const wasIdle = this.#client.getTransactionStatus() === 'I';
    try {
      return await this.#send<R>(text, values);
    } catch (error) {
      if (!isStalePlan(error)) throw error;
      // The old ones go with the connection; a schema changes a few times in its life at most.
      this.#names.clear();
      this.#generation += 1;
      // It has ended its transaction, which `transact` tries again as a whole.
      if (!wasIdle) throw error;
      return this.#send<R>(text, values);
    }
  }

  async #send<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    // `begin` and the like come without values.
    const name = values.length === 0 ? undefined : this.#nameOf(text);
    const result = await this.#client.query({ text, values: [...values], ...(name && { name }) });
    return { command: commandOf(result.command), rowCount: result.rowCount ?? 0, rows: result.rows };
  }

  #nameOf(text: string): string | undefined {
    const known = this.#names.get(text);
    if (known !== undefined || this.#names.size >= statementsKept) return known;
    // By its content: whatever stands between here and the server, a name never runs another statement.
    const name = `${createHash('sha256').update(text).digest('base64url').slice(0, 24)}_${this.#generation}`;
    this.#names.set(text, name);
    return name;
  }
}

const commands = ['UPDATE', 'DELETE', 'INSERT', 'SELECT', 'MERGE', 'COMMIT', 'ROLLBACK'] as const;

/** Everything else (`BEGIN`, `SET`, …) answers no rows and changes none. */
function commandOf(command: string): PostgresQueryResult<unknown>['command'] {
  return commands.find((known) => known === command) ?? 'SELECT';
}
