import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../src/base/clock.ts';
import { type Config, readConfig } from '../../src/base/config.ts';
import { createLogger, type Logger } from '../../src/base/log.ts';
import { doorOf } from '../../src/compose.ts';
import { type Database, openServer } from '../../src/db/connect.ts';
import { createServer } from '../../src/http/server.ts';
import { createParts, type Parts, realSurroundings } from '../../src/parts.ts';
import type { Product } from '../../src/products/product.ts';
import type { SchemaChecks } from '../../src/schemas/checks.ts';
import { Worker } from '../../src/worker/loop.ts';
import { createTestDatabase, type DatabaseKind, setTime, type TestDatabase } from './databases.ts';

export const adminToken = 'operator-token-of-the-tests';

/** An answer of the API, its body parsed where it is JSON. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

export interface TestApp {
  readonly url: string;
  readonly database: Database;
  /** For further connections to it; `null` for the embedded one. */
  readonly databaseUrl: string | null;
  readonly parts: Parts;
  readonly server: FastifyInstance;
  /** Not started: `runOnce` does everything that is due. */
  readonly worker: Worker;
  /** Sends a request; an object body goes as JSON, a string or bytes as they are. */
  call(
    method: string,
    path: string,
    body?: unknown,
    options?: { token?: string; headers?: Record<string, string> },
  ): Promise<ApiAnswer>;
  /** A new organization with a key for everything. */
  organization(slug?: string, more?: Record<string, unknown>): Promise<{ id: string; key: string }>;
  /** Moves the fixed time on; only in apps with one. */
  advance(ms: number): Promise<void>;
  /** Moves the time of this process away from the database's; only in apps with a fixed time. */
  drift(ms: number): void;
  close(): Promise<void>;
}

export interface AppOptions {
  /** The time stands still from here on, and moves by `advance` only. */
  readonly time?: Date;
  readonly random?: () => number;
  readonly environment?: Record<string, string>;
  /** Makes it another process on the database of this one, with the same time. */
  readonly beside?: TestApp;
  /** A database that is open already; whoever opened it closes it. */
  readonly database?: Database;
  /** Where log lines go; nowhere, if left out. */
  readonly log?: Logger;
  readonly schemas?: SchemaChecks;
  /** Every product, if left out. */
  readonly products?: readonly Product[];
}

class TestClock implements Clock {
  time: number;
  constructor(time: Date) {
    this.time = time.getTime();
  }
  now(): number {
    return this.time;
  }
  follow(): void {}
}

/** The whole service in this process, on a database of its own, listening on loopback. */
export async function createTestApp(kind: DatabaseKind, options: AppOptions = {}): Promise<TestApp> {
  const { database, url: databaseUrl, drop } = await databaseFor(kind, options);
  const config = testConfig(options.environment);
  const surroundings = await realSurroundings(database);
  const shared = options.beside?.parts.clock;
  const clock = shared instanceof TestClock ? shared : options.time ? new TestClock(options.time) : null;
  const parts = createParts(config, database, options.log ?? createLogger('silent'), {
    clock: clock ?? surroundings.clock,
    random: options.random ?? surroundings.random,
    schemas: options.schemas ?? surroundings.schemas,
    ...(options.products && { products: options.products }),
  });
  const server = await createServer(doorOf(parts));
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const worker = new Worker(parts);
  let organizations = 0;

  const call: TestApp['call'] = async (method, path, body, { token, headers = {} } = {}) => {
    const isText = typeof body === 'string' || body instanceof Uint8Array;
    const answer = await fetch(`${url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isText ? Buffer.from(body) : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = /json/.test(answer.headers.get('content-type') ?? '');
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      body: isJson && text !== '' ? JSON.parse(text) : undefined,
    };
  };

  return {
    url,
    database,
    databaseUrl,
    parts,
    server,
    worker,
    call,
    async organization(slug, more = {}) {
      organizations += 1;
      const made = await call(
        'POST',
        '/v1/organizations',
        {
          name: `Organization ${organizations}`,
          slug: slug ?? `org-${organizations}-${randomBytes(4).toString('hex')}`,
          ...more,
        },
        { token: adminToken },
      );
      const key = await call(
        'POST',
        `/v1/organizations/${made.body.id}/keys`,
        { name: 'Everything', scopes: ['*'] },
        { token: adminToken },
      );
      return { id: made.body.id, key: key.body.secret };
    },
    async advance(ms) {
      if (!clock) throw new Error('This app has no fixed time.');
      clock.time += ms;
      await setTime(database, new Date(clock.time));
    },
    drift(ms) {
      if (!clock) throw new Error('This app has no fixed time.');
      clock.time += ms;
    },
    async close() {
      await server.close();
      await worker.stop();
      await parts.http.close();
      await drop();
    },
  };
}

/** Processes on one embedded database share its one connection; on a server each has its own. */
async function databaseFor(
  kind: DatabaseKind,
  { time, beside, database }: AppOptions,
): Promise<TestDatabase> {
  if (database) return { database, url: null, drop: async () => {} };
  if (!beside) return createTestDatabase(kind, time ? { fixedTime: time } : {});
  const { databaseUrl: url } = beside;
  if (url === null) return { database: beside.database, url, drop: async () => {} };
  const own = await openServer({ url, log: createLogger('silent') });
  return { database: own, url, drop: () => own.close() };
}

function testConfig(environment: Record<string, string> = {}): Config {
  return readConfig({
    SLUICE_ADMIN_TOKEN: adminToken,
    SLUICE_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    SLUICE_LOG_LEVEL: 'silent',
    SLUICE_DEMO: '0',
    ...environment,
  });
}
