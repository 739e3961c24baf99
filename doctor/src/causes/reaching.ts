/** Reasons why no delivery gets as far as the signature check, or why an answer comes late. */

import { headerOf, type Outcomes } from '../outcomes.ts';
import { plainDetail } from '../plain-detail.ts';
import type { Probe } from '../probes.ts';
import type { Cause, TransportFailure } from '../report.ts';

type Explained = Pick<Cause, 'title' | 'explanation' | 'remedy'>;

const failures: Readonly<Record<TransportFailure, Explained>> = {
  timeout: {
    title: 'does not answer in time',
    explanation: 'No response came back before the deadline.',
    remedy: 'Answer 2xx as soon as the delivery is stored, and do the work afterwards; check firewalls.',
  },
  connection_error: {
    title: 'cannot be connected to',
    explanation: 'No connection was made, or it broke before an answer.',
    remedy: 'Check that the receiver runs, listens on this address and port, and is not behind a firewall.',
  },
  tls_error: {
    title: 'has a TLS problem',
    explanation: 'The certificate or the handshake is not sound, and deliveries never go out without that.',
    remedy: 'Renew or repair the certificate, with its whole chain, for exactly this host name.',
  },
  dns_error: {
    title: 'has no address',
    explanation: 'The host name of the URL cannot be resolved.',
    remedy: 'Check the spelling of the URL and the DNS records of its host.',
  },
  blocked_address: {
    title: 'is at an address that deliveries may not reach',
    explanation: 'The URL leads to an address that is not public.',
    remedy: 'Use a public address, or have the operator add this one to SLUICE_ALLOW_TARGETS.',
  },
};

export function unreachable(outcomes: Outcomes): Cause | null {
  const answer = outcomes.answer('good');
  if (answer?.kind !== 'failure') return null;
  const { title, explanation, remedy } = failures[answer.failure];
  const exact = answer.failure === 'timeout' ? title : `${title}: ${plainDetail(answer.detail)}`;
  return { code: answer.failure, level: 'fail', title: exact, explanation, remedy, probes: ['good'] };
}

export function redirect(outcomes: Outcomes): Cause | null {
  if (Math.floor(outcomes.status('good') / 100) !== 3) return null;
  return {
    code: 'redirect',
    level: 'fail',
    title: 'answers a redirect',
    explanation:
      'Redirects are never followed: they would take a signed request to a URL that was not registered.',
    remedy:
      'Register the URL where the redirect ends: watch for http or https, "www." and a slash at the end.',
    probes: ['good'],
  };
}

export function wrongRoute(outcomes: Outcomes): Cause | null {
  const status = outcomes.status('good');
  if (![404, 405, 501].includes(status)) return null;
  const method = status === 404 ? 'There is nothing at this path' : 'This path does not take POST';
  return {
    code: 'wrong_route',
    level: 'fail',
    title: `has no such route (${status})`,
    explanation: `${method}, whatever the signature.`,
    remedy: 'Register the path that takes the webhook, and let it take POST.',
    probes: ['good'],
  };
}

export function gone(outcomes: Outcomes): Cause | null {
  if (outcomes.contract.classify(outcomes.status('good')) !== 'disable') return null;
  return {
    code: 'gone',
    level: 'fail',
    title: `asks to be disabled (${outcomes.status('good')})`,
    explanation: 'This status says that no further delivery is wanted, and the endpoint is disabled for it.',
    remedy: 'Answer 2xx to what was received, and 4xx other than 410 to what was refused.',
    probes: ['good'],
  };
}

/** A proxy or framework in front of the receiver asks for credentials. */
export function wantsLogin(outcomes: Outcomes): Cause | null {
  const challenge = headerOf(outcomes.answer('good'), 'www-authenticate');
  const scheme = /^(?:Basic|Bearer|Digest|Negotiate|NTLM)\b/i.exec(challenge ?? '')?.[0];
  if (scheme === undefined || !outcomes.refused('good')) return null;
  return {
    code: 'wants_login',
    level: 'fail',
    title: `asks for ${scheme} credentials`,
    explanation: 'A proxy or the framework answers before the receiver sees the request.',
    remedy: "Let the webhook's path through, or give the endpoint a header with the credentials.",
    probes: ['good'],
  };
}

/** A receiver answers programs; a page as the answer to a refused POST is meant for people. */
export function intercepted(outcomes: Outcomes): Cause | null {
  const type = headerOf(outcomes.answer('good'), 'content-type') ?? '';
  if (!outcomes.refused('good') || !/text\/html/i.test(type)) return null;
  return {
    code: 'intercepted',
    level: 'fail',
    title: `something before it refuses the request (${outcomes.status('good')})`,
    explanation:
      'The answer is a web page: a firewall, or a protection against forged forms (CSRF), answers in place of the receiver.',
    remedy: "Exempt the webhook's path from bot detection and from the framework's CSRF protection.",
    probes: ['good'],
  };
}

export function rateLimited(outcomes: Outcomes, probes: readonly Probe[]): Cause | null {
  const limited = probes.map(({ id }) => id).filter((probe) => outcomes.status(probe) === 429);
  if (limited.length === 0) return null;
  return {
    code: 'rate_limited',
    level: 'warn',
    title: 'limits the rate (429)',
    explanation: 'Some probes were refused for their rate, so nothing is known about them.',
    remedy: 'Run it again later, or raise the limit; for deliveries set the rate_limit of the endpoint.',
    probes: limited,
  };
}

export function slow(outcomes: Outcomes, probes: readonly Probe[]): Cause | null {
  const slowOnes = probes
    .filter(
      ({ id, should }) => should === 'accept' && outcomes.accepted(id) && outcomes.slowness(id) !== null,
    )
    .map(({ id }) => id);
  const durationMs = (probe: string) => outcomes.answer(probe)?.durationMs ?? 0;
  const [slowest] = slowOnes.toSorted((a, b) => durationMs(b) - durationMs(a));
  if (slowest === undefined) return null;
  return {
    code: 'slow',
    level: 'warn',
    title: `slow: ${outcomes.slowness(slowest)}`,
    explanation:
      'Under load it will be slower, and an answer after the deadline is a failure that is tried again.',
    remedy: 'Store the delivery, answer 2xx, and do the work afterwards.',
    probes: slowOnes,
  };
}
