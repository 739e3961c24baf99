/** What a receiver did with each probe, in the words in which it is judged and explained. */
import type { Contract } from '../contract.ts';
import type { Answer } from './report.ts';

export interface Seen {
  readonly contract: Contract;
  readonly timeoutMs: number;
  answer(probe: string): Answer | undefined;
  /** The status of its response; 0 where there was none. */
  status(probe: string): number;
  accepted(probe: string): boolean;
  refused(probe: string): boolean;
  crashed(probe: string): boolean;
  /** `9.2 s of 10 s` where an answer took more than half of the time that it has, otherwise `null`. */
  slowness(probe: string): string | null;
  /** Refused with a status that forgeries got. */
  refusedAsForgery(probe: string): boolean;
  /**
   * Whether it signs what it has parsed and written anew. Written anew, the same JSON in other bytes becomes what
   * was signed: so it takes that for genuine, and nobody who compares bytes does.
   */
  verifiesParsedJson(): boolean;
}

/** Above this share of its time, an answer counts as slow. */
const slowShare = 0.5;
const plainForgeries = ['wrong_secret', 'tampered_signature', 'tampered_body'];

export function seenIn(contract: Contract, timeoutMs: number, answers: ReadonlyMap<string, Answer>): Seen {
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

/** One header of a response, its first value where it came twice. */
export function headerOf(answer: Answer | undefined, name: string): string | null {
  if (answer?.kind !== 'response') return null;
  const value = answer.headers[name];
  return (typeof value === 'string' ? value : value?.[0]) ?? null;
}

/** Seconds by which the receiver's clock is ahead of ours, as far as its Date header tells. */
export function clockAhead(answer: Answer | undefined, now: Date): number | null {
  const time = Date.parse(headerOf(answer, 'date') ?? '');
  return Number.isNaN(time) ? null : Math.round((time - now.getTime()) / 1000);
}

/** `9.2 s`, `15 s` */
export function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
