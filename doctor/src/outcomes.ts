/** How the receiver treated each probe: the facts that verdicts and causes are derived from. */
import type { Contract } from '@sluice/contracts';
import type { Answer } from './report.ts';

/** Each function takes the id of a probe; for one that was not sent it is false, 0, `null` or `undefined`. */
export interface Outcomes {
  readonly contract: Contract;
  readonly timeoutMs: number;
  answer(probe: string): Answer | undefined;
  /** The status of the response; 0 where there was none. */
  status(probe: string): number;
  accepted(probe: string): boolean;
  /** Answered with 4xx. */
  refused(probe: string): boolean;
  /** Answered with 5xx. */
  crashed(probe: string): boolean;
  /** `9.2 s of 10 s` where the answer took more than half of the timeout, otherwise `null`. */
  slowness(probe: string): string | null;
  /** Refused with a status that forgeries got. */
  refusedAsForgery(probe: string): boolean;
  /**
   * Whether the signature is computed over the re-encoded JSON. Re-encoding turns the same JSON in other bytes back
   * into the bytes that were signed, so only such a receiver accepts it.
   */
  verifiesParsedJson(): boolean;
}

/** Above this share of the timeout an answer counts as slow. */
const slowShare = 0.5;
const plainForgeries = ['wrong_secret', 'tampered_signature', 'tampered_body'];

/** Reads `answers` at each call, so answers may be added later. */
export function outcomesOf(
  contract: Contract,
  timeoutMs: number,
  answers: ReadonlyMap<string, Answer>,
): Outcomes {
  const status = (probe: string): number => {
    const answer = answers.get(probe);
    return answer?.kind === 'response' ? answer.status : 0;
  };
  const within = (probe: string, from: number) => status(probe) >= from && status(probe) < from + 100;
  const accepted = (probe: string) => answers.has(probe) && contract.classify(status(probe)) === 'delivered';
  const refused = (probe: string) => within(probe, 400);
  return {
    contract,
    timeoutMs,
    answer: (probe) => answers.get(probe),
    status,
    accepted,
    refused,
    crashed: (probe) => within(probe, 500),
    slowness: (probe) => {
      const answer = answers.get(probe);
      if (answer?.kind !== 'response' || answer.durationMs <= timeoutMs * slowShare) return null;
      return `${seconds(answer.durationMs)} of ${seconds(timeoutMs)}`;
    },
    refusedAsForgery: (probe) =>
      refused(probe) && plainForgeries.some((forgery) => status(forgery) === status(probe)),
    verifiesParsedJson: () => accepted('good') && accepted('reformatted') && refused('tampered_body'),
  };
}

/** The first value of a response header; `null` without one. `name` is in lower case. */
export function headerOf(answer: Answer | undefined, name: string): string | null {
  if (answer?.kind !== 'response') return null;
  const value = answer.headers[name];
  return (typeof value === 'string' ? value : value?.[0]) ?? null;
}

/** Seconds by which the receiver's clock is ahead, by its Date header; `null` without one. */
export function clockAhead(answer: Answer | undefined, now: Date): number | null {
  const time = Date.parse(headerOf(answer, 'date') ?? '');
  return Number.isNaN(time) ? null : Math.round((time - now.getTime()) / 1000);
}

/** Milliseconds as `9.2 s` or `15 s`. */
export function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
