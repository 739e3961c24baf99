/** Mistakes in how a receiver treats the signed time. */

import type { Outcomes } from '../outcomes.ts';
import type { Cause } from '../report.ts';

/** Seconds. */
const leastSkew = 30;

/** Where forgeries are accepted, accepted times tell nothing. */
const checks = (outcomes: Outcomes) => !outcomes.accepted('wrong_secret');

export function noTolerance(outcomes: Outcomes): Cause | null {
  if (!checks(outcomes) || !outcomes.accepted('stale')) return null;
  return {
    code: 'no_tolerance',
    level: 'fail',
    title: 'compares without a tolerance',
    explanation:
      'The age of a signature is not checked: a request that was recorded once can be sent again for ever.',
    remedy: `Refuse what was signed more than ${outcomes.contract.toleranceSeconds} s ago.`,
    probes: ['stale', ...(outcomes.accepted('stale_header') ? ['stale_header'] : [])],
  };
}

export function bodyTime(outcomes: Outcomes): Cause | null {
  const takesStale = outcomes.accepted('stale_header') && !outcomes.accepted('stale');
  const refusesLate = outcomes.accepted('good') && outcomes.refused('late_retry');
  if (!checks(outcomes) || !(takesStale || refusesLate)) return null;
  return {
    code: 'body_time',
    level: 'fail',
    title: 'takes the timestamp from the body',
    explanation:
      'That says when the event occurred. Retries hours later are refused, and the signed time is not checked.',
    remedy:
      outcomes.contract.toleranceSeconds === null
        ? 'This contract signs no time: do not bound the age of an event.'
        : 'Compare the time in the signature header instead.',
    probes: [...(takesStale ? ['stale_header'] : []), ...(refusesLate ? ['late_retry'] : [])],
  };
}

export function wideTolerance(outcomes: Outcomes): Cause | null {
  if (!checks(outcomes) || !outcomes.accepted('late') || outcomes.accepted('stale')) return null;
  return {
    code: 'wide_tolerance',
    level: 'warn',
    title: `has a tolerance wider than ${outcomes.contract.toleranceSeconds} s`,
    explanation: 'A recorded request can be sent again for longer than necessary.',
    remedy: `Refuse what was signed more than ${outcomes.contract.toleranceSeconds} s ago.`,
    probes: ['late'],
  };
}

export function takesFuture(outcomes: Outcomes): Cause | null {
  if (!checks(outcomes) || !outcomes.accepted('future') || outcomes.accepted('stale')) return null;
  return {
    code: 'takes_future',
    level: 'warn',
    title: 'bounds the time on one side only',
    explanation: 'What is signed in the future is accepted until then, and for the tolerance after it.',
    remedy: 'Compare the distance from now either way.',
    probes: ['future'],
  };
}

export function narrowTolerance(outcomes: Outcomes): Cause | null {
  if (!outcomes.accepted('good') || !outcomes.refused('aged')) return null;
  return {
    code: 'narrow_tolerance',
    level: 'fail',
    title: 'has too narrow a tolerance',
    explanation: 'Deliveries that wait in a queue, or clocks that differ a little, would be refused.',
    remedy: `Allow the contract's ${outcomes.contract.toleranceSeconds} s.`,
    probes: ['aged'],
  };
}

/** @param ahead seconds, by the Date header of its answers */
export function clock(outcomes: Outcomes, ahead: number | null): Cause | null {
  const { toleranceSeconds } = outcomes.contract;
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
