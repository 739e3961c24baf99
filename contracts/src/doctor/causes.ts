/** What explains the findings, likeliest first. */
import * as payload from './causes/payload.ts';
import * as reaching from './causes/reaching.ts';
import * as signature from './causes/signature.ts';
import * as time from './causes/time.ts';
import type { Guess } from './guesses.ts';
import type { Cause } from './report.ts';
import type { Seen } from './seen.ts';

export interface Clues {
  readonly seen: Seen;
  /** Every probe, and those that should be accepted. */
  readonly probes: readonly string[];
  readonly deliveries: readonly string[];
  /** Seconds by which the receiver's clock is ahead of ours, where that is known. */
  readonly clockAhead: number | null;
  /** What a receiver that refuses a good delivery accepts instead; `null`: nothing that was tried; `undefined`: nothing was tried. */
  readonly guess: Guess | null | undefined;
  readonly sizeLimit: { readonly yes: number; readonly no: number } | null;
}

export function causesOf(clues: Clues): readonly Cause[] {
  const { seen } = clues;
  const skew = clues.guess?.code === 'clock' ? null : time.clock(seen, clues.clockAhead);
  const found = [
    reaching.unreachable(seen),
    reaching.redirect(seen),
    reaching.wrongRoute(seen),
    reaching.gone(seen),
    login(clues),
    signature.checksNothing(seen),
    signature.checksPresenceOnly(seen),
    signature.signatureOptional(seen),
    guessed(clues),
    signature.crashesOnDelivery(seen),
    payload.parsedJson(seen),
    payload.crashesBeforeVerifying(seen),
    signature.comparesPrefix(seen),
    time.noTolerance(seen),
    time.bodyTime(seen),
    signature.firstSignatureOnly(seen),
    signature.refusesDuplicates(seen),
    signature.caseSensitiveHeaders(seen),
    payload.textEncoding(seen),
    payload.sizeLimit(seen, clues.sizeLimit),
    payload.crashesOnPayload(seen),
    skew === null ? time.narrowTolerance(seen) : null,
    skew,
    skew === null ? time.wideTolerance(seen) : null,
    time.takesFuture(seen),
    signature.crashesOnSignature(seen),
    payload.refusesPayload(seen),
    reaching.slow(seen, clues.deliveries),
    reaching.rateLimited(seen, clues.probes),
  ].filter((cause) => cause !== null);
  return [...found.filter(({ level }) => level === 'fail'), ...found.filter(({ level }) => level === 'warn')];
}

/** A sound 401 has a challenge, too: only where no way to sign helps is a login the reason. */
function login({ seen, guess }: Pick<Clues, 'seen' | 'guess'>): Cause | null {
  return guess === null ? reaching.wantsLogin(seen) : null;
}

function guessed({ seen, guess }: Clues): Cause | null {
  if (guess === undefined) return null;
  const status = seen.status('good');
  if (guess === null && login({ seen, guess }) !== null) return null;
  const intercepted = guess === null ? reaching.intercepted(seen) : null;
  if (intercepted !== null) return intercepted;
  if (guess === null) {
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
  return {
    code: guess.code,
    level: 'fail',
    title: guess.title,
    explanation: `It refuses a good delivery (${status}) and accepts one that is made this way.`,
    remedy: guess.remedy,
    probes: ['good'],
  };
}
