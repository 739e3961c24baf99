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
  let pending: NodeJS.Timeout | undefined;
  let listener: pg.Client | undefined;
  let reconnecting: NodeJS.Timeout | undefined;
  let closed = false;

  function notify(): void {
    pending = undefined;
    sql`select pg_notify(${channel}, '')`.execute(queries).catch((error: unknown) => {
      if (!closed) log.debug({ error: String(error) }, 'wake-up not sent');
    });
  }

  async function subscribe(): Promise<void> {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'sluice wake-ups',
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
      query_timeout: heartbeatMs,
    });
    listener = client;
    client.on('notification', () => local.signal());
    // As long as it lives: a second error without a listener would end the process.
    client.on('error', () => again(client));
    client.once('end', () => again(client));
    await client.connect();
    await client.query(`listen ${channel}`);
    local.signal();
    keepAsking(client);
  }

  /** A half-open connection is as silent as a good one, so it is asked for an answer from time to time. */
  function keepAsking(client: pg.Client): void {
    const timer = setTimeout(() => {
      if (closed || listener !== client) return;
      client.query('select 1').then(
        () => keepAsking(client),
        () => again(client),
      );
    }, heartbeatMs);
    timer.unref();
  }

  function start(): void {
    subscribe().catch((error: unknown) => {
      log.debug({ error: String(error) }, 'not listening for wake-ups');
      if (listener) again(listener);
    });
  }

  function again(client: pg.Client): void {
    if (closed || listener !== client) return;
    listener = undefined;
    client
      .end()
      .catch((error: unknown) => log.debug({ error: String(error) }, 'wake-up connection did not close'));
    reconnecting = setTimeout(start, reconnectAfterMs);
  }

  return {
    signal() {
      local.signal();
      pending ??= setTimeout(notify, notifyEveryMs);
    },
    listen(onWakeUp) {
      const stop = local.listen(onWakeUp);
      if (!listener && !reconnecting) start();
      return stop;
    },
    async close() {
      closed = true;
      clearTimeout(pending);
      clearTimeout(reconnecting);
      await local.close();
      await listener?.end();
    },
  };
}
