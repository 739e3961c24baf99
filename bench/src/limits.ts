import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Load, load, type Quantiles, quantiles } from './load.ts';
import { runToEnd } from './processes.ts';
import { makeDatabase } from './service.ts';

/** Events in a request of the batch measurements. */
export const batchSize = 100;
/** Connections of the Postgres limit: about as many as the service has for the delivery path. */
const connections = 6;

/** What the machine does when Sluice has nothing to do with it; everything a second. */
export interface Limits {
  /** Sign a body and POST it: what is left of a delivery when nothing is stored. */
  readonly signAndPost: number;
  /** POSTs from the same load generator to a server that does nothing. */
  readonly postToNothing: number;
  /** Milliseconds of such a POST at the steady rate. */
  readonly roundTripMs: Quantiles;
  /** Append a row to a file and flush it to the disk. */
  readonly appendAndFlush: number;
}

/** Rows of an event's size that a database alone inserts a second. */
export interface InsertLimits {
  readonly single: number;
  readonly batch: number;
}

export async function measureLimits(sink: string, seconds: number, steadyRate: number): Promise<Limits> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  try {
    const bare = await runToEnd<{ count: number; seconds: number }>('bare-main.ts', [
      `${sink}/bare`,
      seconds,
      64,
    ]);
    const posts = await load({ address: sink, path: '/nothing', seconds });
    const steady = await load({ address: sink, path: '/nothing', seconds, rate: steadyRate });
    return {
      signAndPost: bare.count / bare.seconds,
      postToNothing: posts.published / posts.seconds,
      roundTripMs: quantiles(roundTrips(steady)),
      appendAndFlush: await inserts('file', folder, seconds, 1, 1),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The better of two measurements: on a machine with other work, one alone may have had a bad moment. */
export function better(first: Limits, second: Limits): Limits {
  return {
    signAndPost: Math.max(first.signAndPost, second.signAndPost),
    postToNothing: Math.max(first.postToNothing, second.postToNothing),
    roundTripMs: first.roundTripMs.p50 < second.roundTripMs.p50 ? first.roundTripMs : second.roundTripMs,
    appendAndFlush: Math.max(first.appendAndFlush, second.appendAndFlush),
  };
}

function roundTrips({ sentAt = [], answeredAt = [] }: Load): number[] {
  return sentAt.map((at, index) => (answeredAt[index] ?? Number.NaN) - at);
}

export async function measureInserts(postgresUrl: string | null, seconds: number): Promise<InsertLimits> {
  const measure = async (rows: number) => {
    if (postgresUrl !== null) {
      const database = await makeDatabase(postgresUrl);
      return inserts('postgres', database.url, seconds, rows, connections).finally(() => database.drop());
    }
    const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
    return inserts('embedded', folder, seconds, rows, 1).finally(() =>
      rm(folder, { recursive: true, force: true }),
    );
  };
  return { single: await measure(1), batch: await measure(batchSize) };
}

async function inserts(
  kind: 'file' | 'embedded' | 'postgres',
  target: string,
  seconds: number,
  rows: number,
  atOnce: number,
): Promise<number> {
  const report = await runToEnd<{ perSecond: number }>('insert-main.ts', [
    kind,
    target,
    seconds,
    rows,
    atOnce,
  ]);
  return report.perSecond;
}
