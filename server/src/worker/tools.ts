import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Sealer } from '../base/seal.ts';
import type { Database } from '../db/connect.ts';
import type { HttpClient } from '../deliveries/http-client.ts';
import type { Publisher } from '../events/publisher.ts';
import type { Snapshots } from '../events/snapshot.ts';
import type { TaskFollower } from '../features/reviews/announce.ts';
import type { SchemaChecks } from '../schemas/checks.ts';

/** What a worker is given. */
export interface WorkerTools {
  readonly database: Database;
  readonly clock: Clock;
  readonly sealer: Sealer;
  readonly http: HttpClient;
  readonly publisher: Publisher;
  readonly snapshots: Snapshots;
  readonly schemas: SchemaChecks;
  readonly taskFollower: TaskFollower;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly random: () => number;
}
