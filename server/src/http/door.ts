import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Sealer } from '../base/seal.ts';
import type { Database } from '../db/connect.ts';
import type { Authenticator } from './authenticate.ts';
import type { Group } from './openapi.ts';
import type { Page } from './page-routes.ts';
import type { Route } from './route.ts';

/** Everything that the HTTP server of a process needs. */
export interface Door {
  readonly database: Database;
  readonly clock: Clock;
  readonly sealer: Sealer;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** The operator's token; `null`: there is none. */
  readonly adminToken: string | null;
  /** Addresses of proxies whose `X-Forwarded-…` headers are trusted. */
  readonly trustedProxies: readonly string[];
  /** Where browsers reach the server; a function, because port 0 becomes known only when it listens. */
  readonly publicUrl: () => string;
  readonly authenticators: readonly Authenticator[];
  /** Empty where the process serves only health and metrics. */
  readonly routes: readonly Route[];
  /** Headings of the API reference, in its order. */
  readonly groups: readonly Group[];
  readonly pages: readonly Page[];
  /** The folder of the built portal; its pages answer 404 where the folder is missing. */
  readonly portal: URL;
  /** Updates the gauges before metrics are read. */
  readonly measure: () => Promise<void>;
}
