/** The causes that explain the findings. */
import * as payload from './causes/payload.ts';
import * as reaching from './causes/reaching.ts';
import * as signature from './causes/signature.ts';
import * as time from './causes/time.ts';
import type { Guess } from './guesses.ts';
import type { Outcomes } from './outcomes.ts';
import type { Probe } from './probes.ts';
import type { Cause } from './report.ts';
import type { SizeLimit } from './size-limit.ts';

export interface Clues {
  readonly outcomes: Outcomes;
  readonly probes: readonly Probe[];
  /** Seconds by which the receiver's clock is ahead, where that is known. */
  readonly clockAhead: number | null;
  /** The mistake that makes it refuse a good delivery; `null`: no guess was accepted; `undefined`: none was tried. */
  readonly guess: Guess | null | undefined;
  readonly sizeLimit: SizeLimit | null;
}

/** Failures before warnings, each likeliest first. */
export function causesOf(clues: Clues): readonly Cause[] {
  const { outcomes, guess } = clues;
  const skew = guess?.code === 'clock' ? null : time.clock(outcomes, clues.clockAhead);
  const found = [
    reaching.unreachable(outcomes),
    reaching.redirect(outcomes),
    reaching.wrongRoute(outcomes),
    reaching.gone(outcomes),
    // A sound 401 has a challenge, too: only where no guess was accepted is a login the reason.
    guess === null ? reaching.wantsLogin(outcomes) : null,
    signature.checksNothing(outcomes),
    signature.checksPresenceOnly(outcomes),
    signature.signatureOptional(outcomes),
    refusesGood(outcomes, guess),
    signature.crashesOnDelivery(outcomes),
    payload.parsedJson(outcomes),
    payload.crashesBeforeVerifying(outcomes),
    signature.comparesPrefix(outcomes),
    time.noTolerance(outcomes),
    time.bodyTime(outcomes),
    signature.firstSignatureOnly(outcomes),
    signature.refusesDuplicates(outcomes),
    signature.caseSensitiveHeaders(outcomes),
    payload.textEncoding(outcomes),
    payload.sizeLimit(outcomes, clues.sizeLimit),
    payload.crashesOnPayload(outcomes),
    skew === null ? time.narrowTolerance(outcomes) : null,
    skew,
    skew === null ? time.wideTolerance(outcomes) : null,
    time.takesFuture(outcomes),
    signature.crashesOnSignature(outcomes),
    payload.refusesPayload(outcomes),
    reaching.slow(outcomes, clues.probes),
    reaching.rateLimited(outcomes, clues.probes),
  ].filter((cause) => cause !== null);
  return [...found.filter(({ level }) => level === 'fail'), ...found.filter(({ level }) => level === 'warn')];
}

function refusesGood(outcomes: Outcomes, guess: Guess | null | undefined): Cause | null {
  if (guess === undefined) return null;
  const status = outcomes.status('good');
  if (guess === null) {
    if (reaching.wantsLogin(outcomes) !== null) return null;
    return reaching.intercepted(outcomes) ?? unknownSignature(status);
  }
  return {
    code: guess.code,
    level: 'fail',
    title: guess.title,
    explanation: `It refuses a good delivery (${status}) and accepts one that is made this way.`,
    remedy: guess.remedy,
    probes: ['good'],
  };
}

function unknownSignature(status: number): Cause {
  return {
    code: 'unknown_signature',
    level: 'fail',
    title: `refuses a good delivery (${status})`,
    explanation:
      'It has another secret, or computes the signature in a way that none of the usual mistakes explains, or it refuses this event type.',
    remedy:
      'Compare the secret on both sides; then verify over the raw body, and answer types that are not known with 2xx.',
    probes: ['good'],
  };
}
