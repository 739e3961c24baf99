import type { Logger } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Queries } from '../db/connect.ts';
import { queueDepth } from './ledger.ts';
import { phase } from './phases.ts';

/** Brings the gauges of the queue up to date; where the database is away they stay as they were. */
export async function measureQueue(queries: Queries, metrics: Metrics, log: Logger): Promise<void> {
  try {
    const { byPhase, oldestDueSeconds } = await queueDepth(queries);
    for (const [state, number] of Object.entries(phase))
      metrics.open.set({ state }, byPhase.get(number) ?? 0);
    metrics.oldestDue.set(oldestDueSeconds);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log.warn({ error: message }, 'the queue cannot be measured');
  }
}
