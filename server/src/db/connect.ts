import { mkdir } from 'node:fs/promises';
import { Socket } from 'node:net';
import type { PGlite } from '@electric-sql/pglite';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { Logger } from '../base/log.ts';
import { lockDataFolder } from './data-folder.ts';
import { EmbeddedSession, embeddedDialect } from './embedded.ts';
import { openFiles } from './embedded-files.ts';
import { DatabaseError } from './failures.ts';
import { planForIndexes } from './planning.ts';
import { preparing } from './prepared.ts';
import type { Tables } from './tables.ts';
import { localWakeUps, postgresWakeUps, type WakeUps } from './wake-ups.ts';

/** Anything that queries run on: the database itself or a transaction of it. */
export type Queries = Kysely<Tables>;

export interface Database {
  readonly kind: 'embedded' | 'server';
  readonly queries: Queries;
  /**
   * The same data on connections for the delivery path: statements are planned once, and for indexes, whatever the tables
   * hold at that moment. A transaction of one is not visible to the other before its commit.
   */
  readonly hotPath: Queries;
  /** Tells workers, in this process and others, that something may be due. */
  readonly wakeUps: WakeUps;
  /** Runs work that may take its time, such as a migration, on a connection without the limits of ordinary queries. */
  unhurried<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * Opens Postgres built into this process, its files in `<dataDir>/database`. One process at a time.
 * @throws {DatabaseError} another process has it, or its files cannot be opened
 * @param flushed whether a commit survives a power failure, not only the death of the process
 */
export async function openEmbedded(dataDir: string, flushed: boolean): Promise<Database> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const unlock = await lockDataFolder(dataDir);
  const pglite = await openFiles(dataDir, flushed).catch(async (cause: unknown) => {
    await unlock();
    throw new DatabaseError(`The embedded database in ${dataDir} cannot be opened: ${String(cause)}`, {
      cause,
    });
  });
  return embeddedDatabase(pglite, unlock);
}

/** An already running PGlite as a database; tests hand in copies of a migrated one. */
export function embeddedDatabase(pglite: PGlite, afterClose: () => Promise<void> = async () => {}): Database {
  const session = new EmbeddedSession(pglite);
  const queries = new Kysely<Tables>({ dialect: embeddedDialect(session, false) });
  const hotPath = new Kysely<Tables>({ dialect: embeddedDialect(session, true) });
  return {
    kind: 'embedded',
    queries,
    hotPath,
    wakeUps: localWakeUps(),
    unhurried: (work) => work(queries),
    async close() {
      await Promise.all([queries.destroy(), hotPath.destroy()]);
      await session.close();
      await afterClose();
    },
  };
}

export interface ServerOptions {
  readonly url: string;
  readonly log: Logger;
  /** Connections of this process at most: for the delivery path, and for everything else. */
  readonly connections?: { readonly hotPath: number; readonly others: number };
  /** Milliseconds after which a connection on which nothing comes or goes counts as broken. */
  readonly silenceMs?: number;
}

/**
 * A statement of ours takes milliseconds, and the server ends one after 20 s; idle connections are closed after 10 s.
 * So one that is silent for longer is half open, and is noticed within 30 s.
 */
const longestSilenceMs = 25_000;

/**
 * Connects to a Postgres server and checks that it is fit for use.
 * @throws {DatabaseError} it cannot be reached, is older than 15, is not in UTF-8, or is behind a pooler
 */
export async function openServer(options: ServerOptions): Promise<Database> {
  const connections = options.connections ?? { hotPath: 6, others: 6 };
  const hotPathPool = createPool(options, connections.hotPath, planForIndexes);
  const queries = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: createPool(options, connections.others) }),
  });
  const hotPath = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: preparing(hotPathPool) }) });
  try {
    await checkServer(queries);
    await checkSettings(hotPath);
  } catch (cause) {
    await Promise.all([queries.destroy(), hotPath.destroy()]);
    if (cause instanceof DatabaseError) throw cause;
    const target = new URL(options.url);
    const reason =
      cause instanceof Error
        ? cause.message || ('code' in cause ? String(cause.code) : cause.name)
        : String(cause);
    throw new DatabaseError(
      `Postgres at ${target.host}${target.pathname} cannot be used: ${reason}. ${/startup parameter/.test(reason) ? withoutPooler : 'Check DATABASE_URL and that the server is running.'}`,
      { cause },
    );
  }
  const wakeUps = postgresWakeUps(options.url, queries, options.log);
  return {
    kind: 'server',
    queries,
    hotPath,
    wakeUps,
    unhurried: (work) => onOwnConnection(options, work),
    async close() {
      await wakeUps.close();
      await Promise.all([queries.destroy(), hotPath.destroy()]);
    },
  };
}

function createPool(
  options: ServerOptions,
  max: number,
  planning: Readonly<Record<string, string>> = {},
): pg.Pool {
  // What the URL says would come before ours; the later of two settings counts.
  const url = new URL(options.url);
  const settings = Object.entries(planning).map(([name, value]) => `-c ${name}=${value}`);
  const given = url.searchParams.get('options');
  url.searchParams.delete('options');
  const pool = new pg.Pool({
    connectionString: url.href,
    max,
    application_name: 'sluice',
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    statement_timeout: 20_000,
    // A process that is stopped inside a transaction would otherwise keep its locks as long as its connection lives.
    idle_in_transaction_session_timeout: 10_000,
    types: { getTypeParser },
    options: (given === null ? settings : [given, ...settings]).join(' '),
  });
  survive(pool, options.log);
  pool.on('connect', (client) => breakWhenSilent(client, options.silenceMs ?? longestSilenceMs));
  return pool;
}

/**
 * A connection that breaks between two statements of a transaction has no query to fail: it emits an error, which would
 * end the process if there were no listener.
 */
function survive(pool: pg.Pool, log: Logger): void {
  pool.on('connect', (client) =>
    client.on('error', (error) => log.warn({ error: error.message }, 'database connection lost')),
  );
  // Of idle connections the pool tells as well.
  pool.on('error', (error) => log.debug({ error: error.message }, 'idle database connection removed'));
}

/** `query_timeout` would answer the query and put the broken connection back for the next one. */
function breakWhenSilent(client: unknown, silenceMs: number): void {
  if (!(client instanceof pg.Client)) return;
  const { stream } = client.connection;
  if (!(stream instanceof Socket)) return;
  stream.setTimeout(silenceMs, () =>
    stream.destroy(new Error(`Connection terminated: the database was silent for ${silenceMs} ms`)),
  );
}

async function onOwnConnection<T>(
  { url, log }: ServerOptions,
  work: (queries: Queries) => Promise<T>,
): Promise<T> {
  const pool = new pg.Pool({
    connectionString: url,
    max: 1,
    idleTimeoutMillis: 0,
    application_name: 'sluice migrations',
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    statement_timeout: 0,
    types: { getTypeParser },
  });
  survive(pool, log);
  const queries = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  try {
    return await work(queries);
  } finally {
    await queries.destroy();
  }
}

/** `bigint` as a number (ours stay far below 2^53), everything else as pg does it: the same as the embedded database. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  return oid === pg.types.builtins.INT8
    ? Number
    : pg.types.getTypeParser(oid, format === 'binary' ? 'text' : format);
}

const withoutPooler =
  'Is a pooler in front of it? Sluice needs sessions of its own: name the server itself in DATABASE_URL.';

/** A pooler that passes connections round would lose the settings, and the prepared statements with them. */
async function checkSettings(hotPath: Queries): Promise<void> {
  for (const [name, value] of Object.entries(planForIndexes)) {
    const { rows } = await sql<{ value: string }>`select current_setting(${name}) as value`.execute(hotPath);
    if (rows[0]?.value !== value)
      throw new DatabaseError(`The database does not keep to ${name}=${value}. ${withoutPooler}`);
  }
}

async function checkServer(queries: Queries): Promise<void> {
  const { rows } = await sql<{ version: number; encoding: string }>`
    select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding
  `.execute(queries);
  const server = rows[0];
  if (!server || server.version < 150_000) {
    throw new DatabaseError(
      `Postgres ${Math.floor((server?.version ?? 0) / 10_000)} is too old; use version 15 or later.`,
    );
  }
  if (server.encoding !== 'UTF8') {
    throw new DatabaseError(`The database's encoding is ${server.encoding}; create it with ENCODING 'UTF8'.`);
  }
}
