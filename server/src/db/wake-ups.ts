import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import pg from 'pg';
import type { Logger } from '../base/log.ts';
import type { Tables } from './tables.ts';

/**
 * Tells workers that something may be due. A wake-up may be lost or come twice: workers look at least once a second by
 * themselves, so it only saves them the wait.
 */
export interface WakeUps {
  /** Call after the commit, never inside the transaction. */
  signal(): void;
  /** Answers how to stop listening. */
  listen(onWakeUp: () => void): () => void;
  close(): Promise<void>;
}

/** Inside one process. */
export function localWakeUps(): WakeUps {
  const listeners = new Set<() => void>();
  return {
    signal() {
      for (const listener of listeners) listener();
    },
    listen(onWakeUp) {
      listeners.add(onWakeUp);
      return () => listeners.delete(onWakeUp);
    },
    async close() {
      listeners.clear();
    },
  };
}

const channel = 'sluice_wake_up';
const notifyEveryMs = 20;
const reconnectAfterMs = 1_000;
const heartbeatMs = 10_000;

/**
 * Across processes by NOTIFY. A NOTIFY inside the publishing transaction would make every commit of the database
 * wait for one global lock; so it is sent after the commit, on its own, and at most every 20 ms.
 */
export function postgresWakeUps(url: string, queries: Kysely<Tables>, log: Logger): WakeUps {
  const local = localWakeUps();
  const listener = new Listener(url, () => local.signal(), log);
  let pending: NodeJS.Timeout | undefined;
  let closed = false;

  function notify(): void {
    pending = undefined;
    sql`select pg_notify(${channel}, '')`.execute(queries).catch((error: unknown) => {
      if (!closed) log.debug({ error: String(error) }, 'wake-up not sent');
    });
  }

  return {
    signal() {
      local.signal();
      pending ??= setTimeout(notify, notifyEveryMs);
    },
    listen(onWakeUp) {
      const stop = local.listen(onWakeUp);
      listener.start();
      return stop;
    },
    async close() {
      closed = true;
      clearTimeout(pending);
      await local.close();
      await listener.close();
    },
  };
}

/** A connection that listens for NOTIFY, and connects again when it breaks. */
class Listener {
  readonly #url: string;
  readonly #onWakeUp: () => void;
  readonly #log: Logger;
  #client: pg.Client | undefined;
  #reconnecting: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(url: string, onWakeUp: () => void, log: Logger) {
    this.#url = url;
    this.#onWakeUp = onWakeUp;
    this.#log = log;
  }

  /** Connects, unless it has been told to before. */
  start(): void {
    if (!this.#client && !this.#reconnecting) this.#connect();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#reconnecting);
    await this.#client?.end();
  }

  #connect(): void {
    this.#subscribe().catch((error: unknown) => {
      this.#log.debug({ error: String(error) }, 'not listening for wake-ups');
      if (this.#client) this.#reconnect(this.#client);
    });
  }

  async #subscribe(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#url,
      application_name: 'sluice wake-ups',
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
      query_timeout: heartbeatMs,
    });
    this.#client = client;
    client.on('notification', () => this.#onWakeUp());
    // As long as it lives: a second error without a listener would end the process.
    client.on('error', () => this.#reconnect(client));
    client.once('end', () => this.#reconnect(client));
    await client.connect();
    await client.query(`listen ${channel}`);
    this.#onWakeUp();
    this.#keepAsking(client);
  }

  /** A half-open connection is as silent as a good one, so it is asked for an answer from time to time. */
  #keepAsking(client: pg.Client): void {
    const timer = setTimeout(() => {
      if (this.#closed || this.#client !== client) return;
      client.query('select 1').then(
        () => this.#keepAsking(client),
        () => this.#reconnect(client),
      );
    }, heartbeatMs);
    timer.unref();
  }

  #reconnect(client: pg.Client): void {
    if (this.#closed || this.#client !== client) return;
    this.#client = undefined;
    client
      .end()
      .catch((error: unknown) =>
        this.#log.debug({ error: String(error) }, 'wake-up connection did not close'),
      );
    this.#reconnecting = setTimeout(() => this.#connect(), reconnectAfterMs);
  }
}
