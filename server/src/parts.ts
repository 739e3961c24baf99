import { hostname } from 'node:os';
import { sql } from 'kysely';
import { type Clock, DatabaseClock } from './base/clock.ts';
import type { Config } from './base/config.ts';
import type { Logger } from './base/log.ts';
import { createMetrics, type Metrics } from './base/metrics.ts';
import { createSealer, type Sealer } from './base/seal.ts';
import type { Database } from './db/connect.ts';
import { type AddressGuard, createAddressGuard } from './deliveries/address-guard.ts';
import { createHttpClient, type HttpClient } from './deliveries/http-client.ts';
import { createResolve } from './deliveries/resolve.ts';
import type { OnAttempts } from './deliveries/settle.ts';
import { readSubscribers } from './endpoints/match.ts';
import { readSchemas } from './events/event-types.ts';
import type { Gate } from './events/gate.ts';
import { Publisher } from './events/publisher.ts';
import { Snapshots } from './events/snapshot.ts';
import { type SendTest, sendTestEvent } from './events/test-event.ts';
import { tellOfDisabledEndpoint } from './features/notifications/endpoint-notices.ts';
import { ReviewNotices } from './features/notifications/review-notices.ts';
import type { TaskFollower } from './features/reviews/announce.ts';
import { ReviewGates, readGateRules } from './features/reviews/hold.ts';
import type { EndpointRules } from './life-cycle/create.ts';
import { products as everyProduct } from './products/index.ts';
import type { Product } from './products/product.ts';
import { SchemaChecks } from './schemas/checks.ts';
import { KeyLookups } from './tenants/key-lookups.ts';
import { createSettleBatch, type SettleBatch } from './worker/settle-batch.ts';

/** The dependencies that tests replace. */
export interface Surroundings {
  readonly clock: Clock;
  readonly random: () => number;
  readonly schemas: SchemaChecks;
  /** Every product, if left out. */
  readonly products?: readonly Product[];
}

/** The parts of a process. Only `compose.ts` and `routes.ts` get all of them; every other function gets what it names. */
export interface Parts extends Surroundings {
  readonly products: readonly Product[];
  readonly config: Config;
  readonly database: Database;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly sealer: Sealer;
  readonly addresses: AddressGuard;
  readonly endpointRules: EndpointRules;
  readonly http: HttpClient;
  readonly snapshots: Snapshots;
  readonly gate: Gate;
  readonly publisher: Publisher;
  readonly settle: SettleBatch;
  readonly onAttempts: OnAttempts;
  readonly sendTest: SendTest;
  readonly taskFollower: TaskFollower;
  readonly keys: KeyLookups;
  /** The name under which this process holds leases. */
  readonly worker: string;
  /** Where browsers reach the server; a function, because port 0 becomes known only when it listens. */
  readonly publicUrl: () => string;
  /** Sets the address on which the process listens. */
  readonly listensAt: (address: string) => void;
}

/** The real clock, randomness and schema checks. */
export async function realSurroundings(database: Database): Promise<Surroundings> {
  const clock = new DatabaseClock();
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(database.queries);
  if (rows[0]) clock.follow(rows[0].now);
  return { clock, random: Math.random, schemas: new SchemaChecks() };
}

/** Makes the parts of a process; starts nothing. */
export function createParts(
  config: Config,
  database: Database,
  log: Logger,
  { clock, random, schemas, products = everyProduct }: Surroundings,
): Parts {
  const metrics = createMetrics();
  const sealer = createSealer(config.masterKeys);
  const addresses = createAddressGuard(config.allowedTargets);
  const http = createHttpClient(addresses, createResolve());
  const worker = `${hostname()}:${process.pid}`;
  const taskFollower = new ReviewNotices(clock);
  const gate = new ReviewGates(clock, taskFollower);
  const snapshots = new Snapshots(clock, {
    subscribers: readSubscribers,
    schemas: readSchemas,
    gates: readGateRules,
  });
  const publisher = new Publisher(database, { clock, sealer, snapshots, schemas, gate, log, metrics });
  const { onContract, onAttempts } = askingEach(products);
  const settle = createSettleBatch({
    ...{ clock, publisher, log, database, onAttempts },
    tellMember: (tx, endpoint, reason) => tellOfDisabledEndpoint(tx, { clock, publisher }, endpoint, reason),
  });
  const testing = { clock, sealer, http, random, worker, settle };
  let listening: string | null = null;
  return {
    ...{ config, database, log, clock, random, schemas, metrics, sealer, addresses, http, worker },
    ...{ snapshots, gate, publisher, settle, onAttempts, taskFollower, products },
    endpointRules: { addresses, onContract },
    keys: new KeyLookups(database.hotPath),
    sendTest: (name, idempotency) => sendTestEvent(database, testing, name, idempotency),
    publicUrl: () => withBoundPort(config.publicUrl, listening),
    listensAt(address) {
      listening = address;
    },
  };
}

/** What products do in the transactions of others, one product after another. */
function askingEach(products: readonly Product[]): Required<Pick<Product, 'onContract' | 'onAttempts'>> {
  return {
    async onContract(tx, endpoint) {
      for (const product of products) await product.onContract?.(tx, endpoint);
    },
    async onAttempts(tx, attempts) {
      for (const product of products) await product.onAttempts?.(tx, attempts);
    },
  };
}

/** PORT=0 takes a port that is free; links lead to that one. */
function withBoundPort(publicUrl: string, address: string | null): string {
  if (address === null || new URL(publicUrl).port !== '0') return publicUrl;
  const url = new URL(publicUrl);
  url.port = new URL(address).port;
  return url.origin;
}
