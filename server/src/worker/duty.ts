import type { Logger } from '../base/log.ts';

/** Work that comes round by time. Every worker process does it, so it must be safe to do twice at once. */
export interface Duty {
  /** For the log. */
  readonly name: string;
  /** Milliseconds from the end of one run to the beginning of the next. */
  readonly everyMs: number;
  /** Its answer is not used; what it throws is logged, and it comes round again. */
  run(): Promise<unknown>;
}

/** Runs each duty by its own timer, the first time after its interval. Answers how to stop: that waits for what is running. */
export function startDuties(duties: readonly Duty[], log: Logger): () => Promise<void> {
  const timers = new Map<Duty, NodeJS.Timeout>();
  const running = new Set<Promise<void>>();
  let stopped = false;
  const schedule = (duty: Duty) => {
    if (stopped) return;
    timers.set(
      duty,
      setTimeout(() => {
        const work = runDuty(duty, log).finally(() => {
          running.delete(work);
          schedule(duty);
        });
        running.add(work);
      }, duty.everyMs),
    );
  };
  for (const duty of duties) schedule(duty);
  return async () => {
    stopped = true;
    for (const timer of timers.values()) clearTimeout(timer);
    await Promise.all(running);
  };
}

async function runDuty(duty: Duty, log: Logger): Promise<void> {
  try {
    await duty.run();
  } catch (error) {
    log.warn(
      { duty: duty.name, error: error instanceof Error ? error.message : String(error) },
      'timed work failed; it comes round again',
    );
  }
}

/** Repeats work that does some at a time, until it answers that there was nothing left to do. */
export async function untilDone(doSome: () => Promise<number>): Promise<void> {
  while ((await doSome()) > 0);
}
