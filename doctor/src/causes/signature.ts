/** Mistakes in how a receiver checks signatures, delivery ids and header names. */

import { headerOf, type Outcomes } from '../outcomes.ts';
import type { Cause } from '../report.ts';

const forgeries = ['unsigned', 'wrong_secret', 'tampered_body', 'tampered_signature'];

export function checksNothing(outcomes: Outcomes): Cause | null {
  if (!forgeries.every((probe) => outcomes.accepted(probe))) return null;
  const page = /text\/html/i.test(headerOf(outcomes.answer('good'), 'content-type') ?? '');
  return {
    code: 'checks_nothing',
    level: 'fail',
    title: 'does not check the signature at all',
    explanation: page
      ? 'It answers every request with a web page: this may not be the receiver, but the site around it.'
      : 'Anybody who knows the URL can send it forgeries. (If it drops them silently: 401 tells a sender that its secret is wrong.)',
    remedy:
      'Verify the signature over the raw body before anything else; @sluice/contracts has it in one call.',
    probes: forgeries,
  };
}

export function checksPresenceOnly(outcomes: Outcomes): Cause | null {
  if (
    !outcomes.accepted('wrong_secret') ||
    !outcomes.accepted('tampered_signature') ||
    outcomes.accepted('unsigned')
  )
    return null;
  return {
    code: 'checks_presence_only',
    level: 'fail',
    title: 'only looks whether there is a signature',
    explanation: 'Any signature is accepted, right or wrong; only a request without one is refused.',
    remedy: 'Compute the signature from the raw body and the secret, and compare it in constant time.',
    probes: ['wrong_secret', 'tampered_signature'],
  };
}

export function signatureOptional(outcomes: Outcomes): Cause | null {
  if (!outcomes.accepted('unsigned') || outcomes.accepted('wrong_secret')) return null;
  return {
    code: 'signature_optional',
    level: 'fail',
    title: 'accepts requests without a signature',
    explanation: 'It checks a signature where there is one; a forger leaves it out.',
    remedy: 'Refuse a request that lacks any of the signature headers.',
    probes: ['unsigned'],
  };
}

export function comparesPrefix(outcomes: Outcomes): Cause | null {
  const probes = ['short_signature', 'empty_signature'].filter((probe) => outcomes.accepted(probe));
  if (probes.length === 0 || outcomes.accepted('tampered_signature')) return null;
  return {
    code: 'compares_prefix',
    level: 'fail',
    title: 'compares only as much of the signature as was sent',
    explanation: 'A signature that is cut short counts as right, so that a few guesses are enough.',
    remedy: 'Compare the lengths too: both sides must be whole signatures.',
    probes,
  };
}

export function crashesOnSignature(outcomes: Outcomes): Cause | null {
  const probes = ['unsigned', 'short_signature', 'empty_signature'].filter((probe) =>
    outcomes.crashed(probe),
  );
  if (probes.length === 0 || outcomes.crashed('wrong_secret')) return null;
  return {
    code: 'crashes_on_signature',
    level: 'warn',
    title: 'crashes on a signature that is missing or of another length',
    explanation:
      'Constant-time comparisons, such as timingSafeEqual, throw when the two sides differ in length.',
    remedy: 'Check that the header is there and has the right length first, and answer 401.',
    probes,
  };
}

export function firstSignatureOnly(outcomes: Outcomes): Cause | null {
  if (!outcomes.accepted('good') || !outcomes.refused('rotation')) return null;
  return {
    code: 'first_signature_only',
    level: 'fail',
    title: 'looks at the first signature only',
    explanation:
      'While a secret is being rotated, a delivery carries several signatures: it would refuse them all.',
    remedy: 'Split the header at spaces, and accept when any one signature matches.',
    probes: ['rotation'],
  };
}

export function caseSensitiveHeaders(outcomes: Outcomes): Cause | null {
  if (!outcomes.accepted('good') || !outcomes.refused('header_case')) return null;
  return {
    code: 'case_sensitive_headers',
    level: 'fail',
    title: 'looks up header names by their case',
    explanation: 'Header names have no case; the first proxy that rewrites them makes every delivery fail.',
    remedy: 'Compare header names without case.',
    probes: ['header_case'],
  };
}

export function refusesDuplicates(outcomes: Outcomes): Cause | null {
  if (!outcomes.accepted('good') || !(outcomes.refused('duplicate') || outcomes.crashed('duplicate')))
    return null;
  if (outcomes.status('duplicate') === 429) return null;
  return {
    code: 'refuses_duplicates',
    level: 'fail',
    title: `answers ${outcomes.status('duplicate')} to a delivery that it has already`,
    explanation:
      'A delivery comes again when its answer was lost; refused, it comes again and again, and then counts as failed.',
    remedy: 'Recognize the delivery id, do nothing, and answer 2xx.',
    probes: ['duplicate'],
  };
}

export function crashesOnDelivery(outcomes: Outcomes): Cause | null {
  if (!outcomes.crashed('good')) return null;
  return {
    code: 'crashes_on_delivery',
    level: 'fail',
    title: `fails on a good delivery (${outcomes.status('good')})`,
    explanation: outcomes.refused('wrong_secret')
      ? 'It refuses forgeries, so the signature is checked; the code after that fails.'
      : 'It fails before it can tell a delivery from a forgery.',
    remedy:
      "Look at the receiver's log for this request; a type it does not know should be answered with 2xx.",
    probes: ['good'],
  };
}
