import { clockAhead, type Outcomes } from './outcomes.ts';
import type { Probe } from './probes.ts';
import type { Answer } from './report.ts';
import type { Change } from './request.ts';

interface Run {
  /** The good delivery first. */
  readonly probes: readonly Probe[];
  /** `null` where no time is left. */
  readonly ask: (change: Change) => Promise<Answer | null>;
  /** Filled by the run: probe id → answer. */
  readonly answers: Map<string, Answer>;
  /** Of those answers. */
  readonly outcomes: Outcomes;
  readonly now: () => Date;
  /** Called after each probe. */
  readonly progress: (done: number, of: number) => void;
}

interface RunResult {
  /** Probe id → why it was not sent. */
  readonly skipped: ReadonlyMap<string, string>;
  /** Seconds by which the receiver's clock is ahead, where its answer to the good delivery has a Date. */
  readonly clockAhead: number | null;
}

/** Milliseconds; a faster receiver gets one probe after the other, a slower one several at a time. */
const patientMs = 500;
const widthForSlow = 5;
/** After so many timeouts the receiver counts as dead. */
const mostTimeouts = 2;

/** Sends the good delivery, then the other probes as far as its answer leaves something to learn from them. */
export async function runProbes(run: Run): Promise<RunResult> {
  const { probes, answers, outcomes } = run;
  const skipped = new Map<string, string>();
  let timeouts = 0;

  async function send(probe: Probe): Promise<void> {
    const answer = timeouts < mostTimeouts ? await run.ask(probe.change) : null;
    if (answer === null) {
      skipped.set(probe.id, timeouts < mostTimeouts ? 'no time left' : 'it stopped answering');
    } else {
      answers.set(probe.id, answer);
      if (answer.kind === 'failure' && answer.failure === 'timeout') timeouts += 1;
    }
    run.progress(answers.size + skipped.size, probes.length);
  }

  const [good, ...others] = probes;
  if (good) await send(good);
  const ahead = clockAhead(answers.get('good'), run.now());
  const reason = reasonToStop(outcomes);
  const wanted = others.filter(({ group }) => reason === null || (reason.forgeries && group === 'forgery'));
  for (const probe of others)
    if (reason !== null && !wanted.includes(probe)) skipped.set(probe.id, reason.text);
  await inParallel(wanted, (answers.get('good')?.durationMs ?? 0) < patientMs ? 1 : widthForSlow, send);
  return { skipped, clockAhead: ahead };
}

/** Why most of the other probes would tell nothing; forgeries still tell something where a delivery is refused. */
function reasonToStop(outcomes: Outcomes): { readonly text: string; readonly forgeries: boolean } | null {
  const answer = outcomes.answer('good');
  const status = outcomes.status('good');
  if (answer?.kind !== 'response') {
    const silent = answer?.failure === 'timeout';
    return { text: silent ? 'it does not answer' : 'it cannot be reached', forgeries: false };
  }
  if (outcomes.accepted('good')) return null;
  if (status >= 300 && status <= 399) return { text: 'it would be a redirect, too', forgeries: false };
  if ([404, 405, 410, 501].includes(status)) return { text: 'there is no such route', forgeries: false };
  if (status === 429) return { text: 'it limits the rate', forgeries: false };
  return { text: `a good delivery is answered with ${status}`, forgeries: true };
}

/** Works through the items in order, `width` at a time. */
async function inParallel<Item>(items: readonly Item[], width: number, work: (item: Item) => Promise<void>) {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
