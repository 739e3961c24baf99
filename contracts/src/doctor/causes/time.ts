/** What is wrong with how a receiver treats the signed time. */
import type { Cause } from '../report.ts';
import type { Seen } from '../seen.ts';

const leastSkew = 30;

/** Whether forgeries are told apart at all; otherwise nothing here says more. */
const checks = (seen: Seen) => !seen.accepted('wrong_secret');

export function noTolerance(seen: Seen): Cause | null {
  if (!checks(seen) || !seen.accepted('stale')) return null;
  return {
    code: 'no_tolerance',
    level: 'fail',
    title: 'compares without a tolerance',
    explanation:
      'The age of a signature is not checked: a request that was recorded once can be sent again for ever.',
    remedy: `Refuse what was signed more than ${seen.contract.toleranceSeconds} s ago.`,
    probes: ['stale', ...(seen.accepted('stale_header') ? ['stale_header'] : [])],
  };
}

export function bodyTime(seen: Seen): Cause | null {
  const takesStale = seen.accepted('stale_header') && !seen.accepted('stale');
  const refusesLate = seen.accepted('good') && seen.refused('late_retry');
  if (!checks(seen) || !(takesStale || refusesLate)) return null;
  return {
    code: 'body_time',
    level: 'fail',
    title: 'takes the timestamp from the body',
    explanation:
      'That says when the event occurred. Retries hours later are refused, and the time that is signed is not looked at.',
    remedy:
      seen.contract.toleranceSeconds === null
        ? 'This contract signs no time: do not bound the age of an event.'
        : 'Compare the time in the signature header, which every attempt signs anew.',
    probes: [...(takesStale ? ['stale_header'] : []), ...(refusesLate ? ['late_retry'] : [])],
  };
}

export function wideTolerance(seen: Seen): Cause | null {
  if (!checks(seen) || !seen.accepted('late') || seen.accepted('stale')) return null;
  return {
    code: 'wide_tolerance',
    level: 'warn',
    title: `has a tolerance wider than ${seen.contract.toleranceSeconds} s`,
    explanation: 'A recorded request can be sent again for longer than necessary.',
    remedy: `Refuse what was signed more than ${seen.contract.toleranceSeconds} s ago.`,
    probes: ['late'],
  };
}

export function takesFuture(seen: Seen): Cause | null {
  if (!checks(seen) || !seen.accepted('future') || seen.accepted('stale')) return null;
  return {
    code: 'takes_future',
    level: 'warn',
    title: 'bounds the time on one side only',
    explanation: 'What is signed in the future is accepted until then, and for the tolerance after it.',
    remedy: 'Compare the distance from now either way.',
    probes: ['future'],
  };
}

export function narrowTolerance(seen: Seen): Cause | null {
  if (!seen.accepted('good') || !seen.refused('aged')) return null;
  return {
    code: 'narrow_tolerance',
    level: 'fail',
    title: 'has too narrow a tolerance',
    explanation: 'Deliveries that wait in a queue, or clocks that differ a little, would be refused.',
    remedy: `Allow the contract's ${seen.contract.toleranceSeconds} s.`,
    probes: ['aged'],
  };
}

/** Its answers carry its own time: far from ours, and every signed time is wrong to it. */
export function clock(seen: Seen, ahead: number | null): Cause | null {
  const { toleranceSeconds } = seen.contract;
  if (toleranceSeconds === null || ahead === null || Math.abs(ahead) < leastSkew) return null;
  return {
    code: 'clock',
    level: 'warn',
    title: `its clock is ${Math.abs(ahead)} s ${ahead > 0 ? 'fast' : 'slow'}`,
    explanation: `The contract allows ${toleranceSeconds} s between the signature and the receiver's clock.`,
    remedy: "Synchronize the clock of the receiver's host (NTP).",
    probes: ['good'],
  };
}
