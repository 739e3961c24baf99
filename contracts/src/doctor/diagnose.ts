import type { Contract } from '../contract.ts';
import { causesOf } from './causes.ts';
import { bodyTellsTime, type Change, craft, type Subject } from './craft.ts';
import { type Guess, guessesFor } from './guesses.ts';
import { judge } from './judge.ts';
import { type Probe, probesFor } from './probes.ts';
import type { Answer, Finding, Report, Send } from './report.ts';
import { clockAhead, type Seen, seenIn } from './seen.ts';
import { findSizeLimit } from './size-limit.ts';

export interface DiagnoseOptions {
  /** Those that sign a delivery now, newest first. */
  readonly secrets: readonly string[];
  readonly send: Send;
  /** How long one answer may take; the contract's own timeout unless given. */
  readonly timeoutMs?: number;
  /** How long all of it may take; five minutes unless given. What is not done by then is left out. */
  readonly budgetMs?: number;
  readonly organizationId?: string;
  /** Defaults to the present. */
  readonly now?: () => Date;
  /** Told after each probe. */
  readonly progress?: (done: number, of: number) => void;
}

const defaultBudgetMs = 300_000;
/** A receiver that answers faster than this is asked one thing after another, a slower one five at a time. */
const patientMs = 500;
const widthForSlow = 5;
const mostTimeouts = 2;

/**
 * Sends a receiver good deliveries, forgeries and unusual payloads, all harmless and of the type `webhook.test`, and
 * says what it did with each, what a sound receiver would have done, and what in it explains the difference.
 *
 * @throws TypeError without a secret, or with one that is not of the contract's format.
 */
export async function diagnose(contract: Contract, options: DiagnoseOptions): Promise<Report> {
  const now = options.now ?? (() => new Date());
  const subject = subjectOf(contract, options, now);
  const timeoutMs = options.timeoutMs ?? contract.timeoutSeconds * 1000;
  const startedAt = now();
  const answers = new Map<string, Answer>();
  const skipped = new Map<string, string>();
  const seen = seenIn(contract, timeoutMs, answers);
  const probes = probesFor(contract, bodyTellsTime(subject));
  const remainingMs = () => (options.budgetMs ?? defaultBudgetMs) - (now().getTime() - startedAt.getTime());

  /** `null` where the time for all of it ends first. */
  async function ask(change: Change, as: Subject = subject): Promise<Answer | null> {
    const left = remainingMs();
    if (left <= 0) return null;
    const answer = await options.send({ ...(await craft(as, change)), timeoutMs: Math.min(timeoutMs, left) });
    const cutOff = answer.kind === 'failure' && answer.failure === 'timeout' && left < timeoutMs;
    return cutOff ? null : answer;
  }

  let timeouts = 0;
  async function run(probe: Probe): Promise<void> {
    const answer = timeouts < mostTimeouts ? await ask(probe.change) : null;
    if (answer === null) {
      skipped.set(probe.id, timeouts < mostTimeouts ? 'no time left' : 'it stopped answering');
    } else {
      answers.set(probe.id, answer);
      if (answer.kind === 'failure' && answer.failure === 'timeout') timeouts += 1;
    }
    options.progress?.(answers.size + skipped.size, probes.length);
  }

  const [first, ...others] = probes;
  if (first) await run(first);
  const ahead = clockAhead(answers.get('good'), now());
  const reason = reasonToStop(seen);
  const wanted = others.filter((probe) => reason === null || (reason.forgeries && probe.group === 'forgery'));
  for (const probe of others)
    if (reason !== null && !wanted.includes(probe)) skipped.set(probe.id, reason.text);
  await inParallel(wanted, (answers.get('good')?.durationMs ?? 0) < patientMs ? 1 : widthForSlow, run);

  const accepts = async (change: Change, as?: Subject): Promise<boolean> => {
    const answer = await ask(change, as);
    return answer?.kind === 'response' && contract.classify(answer.status) === 'delivered';
  };
  const guess = worthGuessing(seen)
    ? await firstAccepted(guessesFor(subject, ahead), subject, accepts)
    : undefined;
  const sizeLimit = hasSizeLimit(seen) ? await findSizeLimit((data) => accepts({ data })) : null;
  const findings = probes.map((probe) => judge(probe, seen, options.secrets, skipped.get(probe.id) ?? null));
  const deliveries = probes.filter(({ should }) => should === 'accept').map(({ id }) => id);
  const clues = { seen, probes: probes.map(({ id }) => id), deliveries, clockAhead: ahead, guess, sizeLimit };
  return {
    contract: contract.name,
    ...summary(findings),
    started_at: startedAt.toISOString(),
    duration_ms: now().getTime() - startedAt.getTime(),
    timeout_ms: timeoutMs,
    slowest_ms: slowest(findings, deliveries),
    findings,
    causes: causesOf(clues),
  };
}

function subjectOf(contract: Contract, options: DiagnoseOptions, now: () => Date): Subject {
  for (const secret of options.secrets) {
    const problem = contract.secret.problem(secret);
    if (problem !== null) throw new TypeError(`${contract.name}: ${problem}`);
  }
  const random = crypto.getRandomValues(new Uint8Array(contract.secret.randomBytes));
  return {
    contract,
    secrets: options.secrets,
    strangersSecret: contract.secret.format(random),
    organizationId: options.organizationId ?? 'org_doctor',
    now,
  };
}

/** Why most of the other probes would tell nothing; forgeries are still telling where a delivery is refused. */
function reasonToStop(seen: Seen): { readonly text: string; readonly forgeries: boolean } | null {
  const answer = seen.answer('good');
  const status = seen.status('good');
  if (answer?.kind !== 'response') {
    const silent = answer?.failure === 'timeout';
    return { text: silent ? 'it does not answer' : 'it cannot be reached', forgeries: false };
  }
  if (seen.accepted('good')) return null;
  if (status >= 300 && status <= 399) return { text: 'it would be a redirect, too', forgeries: false };
  if ([404, 405, 410, 501].includes(status)) return { text: 'there is no such route', forgeries: false };
  if (status === 429) return { text: 'it limits the rate', forgeries: false };
  return { text: `a good delivery is answered with ${status}`, forgeries: true };
}

function worthGuessing(seen: Seen): boolean {
  const nothingToLearn = [404, 405, 410, 429];
  return (
    seen.refused('good') && seen.refused('wrong_secret') && !nothingToLearn.includes(seen.status('good'))
  );
}

async function firstAccepted(
  guesses: readonly Guess[],
  subject: Subject,
  accepts: (change: Change, as: Subject) => Promise<boolean>,
): Promise<Guess | null> {
  for (const guess of guesses) {
    const as = guess.contract === undefined ? subject : { ...subject, contract: guess.contract };
    if (await accepts(guess.change, as)) return guess;
  }
  return null;
}

function hasSizeLimit(seen: Seen): boolean {
  const answer = seen.answer('large');
  if (!seen.accepted('good') || answer === undefined || seen.accepted('large')) return false;
  return answer.kind === 'failure' ? answer.failure === 'connection_error' : answer.status !== 429;
}

function summary(findings: readonly Finding[]) {
  const count = (verdict: Finding['verdict']) =>
    findings.filter((finding) => finding.verdict === verdict).length;
  const [passed, warned, failed, skipped] = [count('pass'), count('warn'), count('fail'), count('skipped')];
  const open = findings.some((finding) => finding.verdict === 'skipped' && isEssential(finding));
  return { sound: failed === 0 && !open, passed, warned, failed, skipped };
}

/** Without these nobody can be called sound. */
function isEssential({ probe, group }: Finding): boolean {
  return group === 'forgery' || probe === 'good' || probe === 'stale';
}

function slowest(findings: readonly Finding[], deliveries: readonly string[]): number | null {
  const durations = findings
    .filter(({ probe }) => deliveries.includes(probe))
    .flatMap(({ status, duration_ms }) => (status === null || duration_ms === null ? [] : [duration_ms]));
  return durations.length === 0 ? null : Math.max(...durations);
}

async function inParallel<Item>(items: readonly Item[], width: number, work: (item: Item) => Promise<void>) {
  const queue = items.values();
  const lane = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: width }, lane));
}
