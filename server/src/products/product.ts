import type { Clock } from '../base/clock.ts';
import type { Database, Queries } from '../db/connect.ts';
import type { OnAttempts } from '../deliveries/settle.ts';
import type { Endpoint } from '../endpoints/endpoints.ts';
import type { SendTest } from '../events/test-event.ts';
import type { Group } from '../http/openapi.ts';
import type { Route } from '../http/route.ts';
import type { EndpointRules } from '../life-cycle/create.ts';
import type { Duty } from '../worker/duty.ts';
import type { Preset } from './preset.ts';

/** What the routes of a product are made with. */
export interface ProductParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly endpointRules: EndpointRules;
  readonly sendTest: SendTest;
  /** Days for which the ledger is kept. */
  readonly retentionDays: number;
}

/** A product: what organizations adopt, and what it brings beside that. A new one is a folder and an entry in `index.ts`. */
export interface Product {
  readonly preset: Preset;
  /** The routes of an HTTP surface that it promises its customers. */
  readonly routes?: (parts: ProductParts) => readonly Route[];
  /** The headings of its routes in the API reference. */
  readonly groups?: readonly Group[];
  /** What it does in the transaction that gives an endpoint its contract, its first one or another. */
  readonly onContract?: (tx: Queries, endpoint: Endpoint) => Promise<void>;
  /** What it does in the transaction that writes attempts to the ledger. */
  readonly onAttempts?: OnAttempts;
  /** Its timed work. */
  readonly duties?: (parts: Pick<ProductParts, 'database' | 'clock' | 'retentionDays'>) => readonly Duty[];
}
