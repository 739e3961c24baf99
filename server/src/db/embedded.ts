import type { PGlite } from '@electric-sql/pglite';
import {
  AbortedTransactionError,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from 'kysely';
import { EmbeddedStatements } from './embedded-statements.ts';
import { isStalePlan } from './failures.ts';
import { planForIndexes } from './planning.ts';

/**
 * Kysely on PGlite with a driver of our own. PGlite runs on this thread, and its promises settle in microtasks, so that a
 * busy database would let no request in and no answer out. This driver lets the event loop turn once before each query
 * or transaction: what arrives meanwhile makes a batch.
 * @param planned whether statements are planned once and for indexes: see planning.ts
 */
export function embeddedDialect(session: EmbeddedSession, planned: boolean): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new EmbeddedDriver(session, planned),
    createIntrospector: (database) => new PostgresIntrospector(database),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

const planningOn = Object.entries(planForIndexes)
  .map(([name, value]) => `set ${name} = ${value}`)
  .join('; ');
const planningOff = Object.keys(planForIndexes)
  .map((name) => `reset ${name}`)
  .join('; ');

/** The one session of an embedded database. One query or transaction at a time has it, in the order they ask. */
export class EmbeddedSession {
  readonly #pglite: PGlite;
  readonly #statements: EmbeddedStatements;
  readonly #waiting: (() => void)[] = [];
  #taken = false;
  #plansForIndexes = false;

  constructor(pglite: PGlite) {
    this.#pglite = pglite;
    this.#statements = new EmbeddedStatements(pglite);
  }

  /** Waits for its turn; `leave` ends it. */
  async enter(): Promise<void> {
    if (this.#taken) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#taken = true;
    await new Promise((resolve) => setImmediate(resolve));
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#taken = false;
  }

  /** Waits for its turn, so that no transaction is cut off. */
  async close(): Promise<void> {
    await this.enter();
    try {
      if (!this.#pglite.closed) await this.#pglite.close();
    } finally {
      this.leave();
    }
  }

  /** Runs a statement without parameters; answers its command tag. */
  command(text: string): Promise<string> {
    return this.#statements.command(text);
  }

  async planForIndexes(on: boolean): Promise<void> {
    if (on === this.#plansForIndexes) return;
    await this.command(on ? planningOn : planningOff);
    this.#plansForIndexes = on;
  }

  async query<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    if (!this.#plansForIndexes) return this.#statements.run<Row>(query, false);
    try {
      return await this.#statements.run<Row>(query, true);
    } catch (error) {
      if (!isStalePlan(error)) throw error;
      await this.#statements.forget();
      // It has ended its transaction, which `transact` tries again as a whole.
      if (this.#pglite.isInTransaction()) throw error;
      return this.#statements.run<Row>(query, true);
    }
  }
}

class EmbeddedDriver implements Driver {
  readonly #session: EmbeddedSession;
  readonly #planned: boolean;
  readonly #connection: DatabaseConnection;

  constructor(session: EmbeddedSession, planned: boolean) {
    this.#session = session;
    this.#planned = planned;
    this.#connection = {
      executeQuery: (query) => session.query(query),
      streamQuery() {
        throw new Error('The embedded database does not stream.');
      },
    };
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    await this.#session.enter();
    try {
      await this.#session.planForIndexes(this.#planned);
      return this.#connection;
    } catch (error) {
      this.#session.leave();
      throw error;
    }
  }

  async beginTransaction(
    _connection: DatabaseConnection,
    { isolationLevel, accessMode }: TransactionSettings,
  ): Promise<void> {
    const level = isolationLevel ? ` isolation level ${isolationLevel}` : '';
    await this.#session.command(`begin${level} ${accessMode ?? ''}`);
  }

  /** A transaction that an error has ended answers a commit, too: with "ROLLBACK". */
  async commitTransaction(): Promise<void> {
    if ((await this.#session.command('commit')) !== 'COMMIT') throw new AbortedTransactionError();
  }

  async rollbackTransaction(): Promise<void> {
    await this.#session.command('rollback');
  }

  async releaseConnection(): Promise<void> {
    this.#session.leave();
  }

  /** The session is shared by two of these drivers: `Database.close` ends it. */
  async destroy(): Promise<void> {}
}
