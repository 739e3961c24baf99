import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Sealer } from '../base/seal.ts';
import type { Database } from '../db/connect.ts';
import type { Authenticator } from './authenticate.ts';
import type { Group } from './openapi.ts';
import type { Page } from './page-routes.ts';
import type { Route } from './route.ts';

/** What the HTTP side of a process is made with. */
export interface Door {
  readonly database: Database;
  readonly clock: Clock;
  readonly sealer: Sealer;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** The operator's token; `null` where there is none. */
  readonly adminToken: string | null;
  /** Addresses of proxies whose word about the client's address, the host and the scheme is taken. */
  readonly trustedProxies: readonly string[];
  /** Where browsers reach it; with port 0 that is known only once it listens. */
  readonly publicUrl: () => string;
  readonly authenticators: readonly Authenticator[];
  /** Empty where the process only offers health and metrics. */
  readonly routes: readonly Route[];
  /** Headings of the API reference, in its order. */
  readonly groups: readonly Group[];
  readonly pages: readonly Page[];
  /** The built portal; its pages answer 404 where the folder is missing. */
  readonly portal: URL;
  /** Brings the gauges up to date before metrics are read. */
  readonly measure: () => Promise<void>;
}
