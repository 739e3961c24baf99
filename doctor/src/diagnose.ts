import type { Contract } from '@sluice/contracts';
import { causesOf } from './causes.ts';
import { type Guess, guessesFor } from './guesses.ts';
import { judge } from './judge.ts';
import { type Outcomes, outcomesOf } from './outcomes.ts';
import { probesFor } from './probes.ts';
import type { Answer, Finding, Report, Send } from './report.ts';
import { bodyHasTime, buildRequest, type Change, type Sender } from './request.ts';
import { runProbes } from './run-probes.ts';
import { findSizeLimit } from './size-limit.ts';

export interface DiagnoseOptions {
  /** The endpoint's current secrets, newest first. */
  readonly secrets: readonly string[];
  readonly send: Send;
  /** Milliseconds that one answer may take; the contract's own timeout unless given. */
  readonly timeoutMs?: number;
  /** Milliseconds that all of it may take; five minutes unless given. Probes left by then are skipped. */
  readonly budgetMs?: number;
  readonly organizationId?: string;
  /** Defaults to the present. */
  readonly now?: () => Date;
  /** Called after each probe. */
  readonly progress?: (done: number, of: number) => void;
}

/** Sends one request; `null` where the time for all of it ends before the answer. */
type Ask = (change: Change, as?: Sender) => Promise<Answer | null>;

const defaultBudgetMs = 300_000;

/**
 * Sends a receiver good deliveries, forgeries and unusual payloads, all harmless and of the type `webhook.test`.
 * Reports how it treated each of them, how a sound receiver would have, and which mistakes explain the difference.
 *
 * @throws TypeError without a secret, or with one that is not of the contract's format.
 */
export async function diagnose(contract: Contract, options: DiagnoseOptions): Promise<Report> {
  const now = options.now ?? (() => new Date());
  const sender = senderOf(contract, options, now);
  const timeoutMs = options.timeoutMs ?? contract.timeoutSeconds * 1000;
  const startedAt = now();
  const deadline = startedAt.getTime() + (options.budgetMs ?? defaultBudgetMs);
  const ask = askUntil(deadline, sender, { send: options.send, timeoutMs });
  const answers = new Map<string, Answer>();
  const outcomes = outcomesOf(contract, timeoutMs, answers);
  const probes = probesFor(contract, bodyHasTime(sender));
  const { progress = () => {} } = options;
  const { skipped, clockAhead } = await runProbes({ probes, ask, answers, outcomes, now, progress });

  const accepts = async (change: Change, as?: Sender): Promise<boolean> => {
    const answer = await ask(change, as);
    return answer?.kind === 'response' && contract.classify(answer.status) === 'delivered';
  };
  const guess = refusesSignatures(outcomes)
    ? await firstAccepted(guessesFor(sender, clockAhead), sender, accepts)
    : undefined;
  const sizeLimit = hasSizeLimit(outcomes) ? await findSizeLimit((data) => accepts({ data })) : null;
  const findings = probes.map((probe) =>
    judge(probe, outcomes, options.secrets, skipped.get(probe.id) ?? null),
  );
  return {
    contract: contract.name,
    ...summaryOf(findings),
    started_at: startedAt.toISOString(),
    duration_ms: now().getTime() - startedAt.getTime(),
    timeout_ms: timeoutMs,
    slowest_ms: slowest(findings),
    findings,
    causes: causesOf({ outcomes, probes, clockAhead, guess, sizeLimit }),
  };
}

function senderOf(contract: Contract, options: DiagnoseOptions, now: () => Date): Sender {
  for (const secret of options.secrets) {
    const problem = contract.secret.problem(secret);
    if (problem !== null) throw new TypeError(`${contract.name}: ${problem}`);
  }
  const random = crypto.getRandomValues(new Uint8Array(contract.secret.randomBytes));
  return {
    contract,
    secrets: options.secrets,
    unknownSecret: contract.secret.format(random),
    organizationId: options.organizationId ?? 'org_doctor',
    now,
  };
}

/** @param deadline in milliseconds since 1970 */
function askUntil(
  deadline: number,
  sender: Sender,
  { send, timeoutMs }: { readonly send: Send; readonly timeoutMs: number },
): Ask {
  return async (change, as = sender) => {
    const left = deadline - sender.now().getTime();
    if (left <= 0) return null;
    const answer = await send({ ...(await buildRequest(as, change)), timeoutMs: Math.min(timeoutMs, left) });
    const cutOff = answer.kind === 'failure' && answer.failure === 'timeout' && left < timeoutMs;
    return cutOff ? null : answer;
  };
}

/** Whether it may be the way in which it checks signatures that makes it refuse a good delivery. */
function refusesSignatures(outcomes: Outcomes): boolean {
  const status = outcomes.status('good');
  const otherReason = [404, 405, 410, 429].includes(status);
  return outcomes.refused('good') && outcomes.refused('wrong_secret') && !otherReason;
}

async function firstAccepted(
  guesses: readonly Guess[],
  sender: Sender,
  accepts: (change: Change, as: Sender) => Promise<boolean>,
): Promise<Guess | null> {
  for (const guess of guesses) {
    const as = guess.contract === undefined ? sender : { ...sender, contract: guess.contract };
    if (await accepts(guess.change, as)) return guess;
  }
  return null;
}

function hasSizeLimit(outcomes: Outcomes): boolean {
  const answer = outcomes.answer('large');
  if (!outcomes.accepted('good') || answer === undefined || outcomes.accepted('large')) return false;
  return answer.kind === 'failure' ? answer.failure === 'connection_error' : answer.status !== 429;
}

function summaryOf(findings: readonly Finding[]) {
  const count = (verdict: Finding['verdict']) =>
    findings.filter((finding) => finding.verdict === verdict).length;
  const [passed, warned, failed, skipped] = [count('pass'), count('warn'), count('fail'), count('skipped')];
  const open = findings.some((finding) => finding.verdict === 'skipped' && isEssential(finding));
  return { sound: failed === 0 && !open, passed, warned, failed, skipped };
}

/** Without an answer to these, a receiver is not called sound. */
function isEssential({ probe, group }: Finding): boolean {
  return group === 'forgery' || probe === 'good' || probe === 'stale';
}

/** Milliseconds of the slowest answer to a delivery; `null` where none was answered. */
function slowest(findings: readonly Finding[]): number | null {
  const durations = findings
    .filter(({ should, status }) => should === 'accept' && status !== null)
    .flatMap(({ duration_ms }) => duration_ms ?? []);
  return durations.length === 0 ? null : Math.max(...durations);
}
