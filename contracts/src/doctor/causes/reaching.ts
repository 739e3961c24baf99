/** What keeps a delivery from being looked at at all. */
import type { Cause, TransportFailure } from '../report.ts';
import { headerOf, type Seen } from '../seen.ts';
import { plainDetail } from '../transport.ts';

type Explained = Pick<Cause, 'title' | 'explanation' | 'remedy'>;

const failures: Readonly<Record<TransportFailure, Explained>> = {
  timeout: {
    title: 'does not answer in time',
    explanation: 'The request was sent, or tried to be, and nothing came back before the deadline.',
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

export function unreachable(seen: Seen): Cause | null {
  const answer = seen.answer('good');
  if (answer?.kind !== 'failure') return null;
  const { title, explanation, remedy } = failures[answer.failure];
  const exact = answer.failure === 'timeout' ? title : `${title}: ${plainDetail(answer.detail)}`;
  return { code: answer.failure, level: 'fail', title: exact, explanation, remedy, probes: ['good'] };
}

export function redirect(seen: Seen): Cause | null {
  if (Math.floor(seen.status('good') / 100) !== 3) return null;
  return {
    code: 'redirect',
    level: 'fail',
    title: 'answers a redirect',
    explanation:
      'Redirects are never followed: they would lead a signed request to somewhere nobody registered.',
    remedy:
      'Register the URL where the redirect ends: watch for http or https, "www." and a slash at the end.',
    probes: ['good'],
  };
}

export function wrongRoute(seen: Seen): Cause | null {
  const status = seen.status('good');
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

export function gone(seen: Seen): Cause | null {
  if (seen.contract.classify(seen.status('good')) !== 'disable') return null;
  return {
    code: 'gone',
    level: 'fail',
    title: `asks to be disabled (${seen.status('good')})`,
    explanation: 'This status says that no delivery is wanted ever again, and Sluice obeys.',
    remedy: 'Answer 2xx to what was received, and 4xx other than 410 to what was refused.',
    probes: ['good'],
  };
}

/** Something in front asks for credentials before it lets a webhook through. */
export function wantsLogin(seen: Seen): Cause | null {
  const challenge = headerOf(seen.answer('good'), 'www-authenticate');
  const scheme = /^(?:Basic|Bearer|Digest|Negotiate|NTLM)\b/i.exec(challenge ?? '')?.[0];
  if (scheme === undefined || !seen.refused('good')) return null;
  return {
    code: 'wants_login',
    level: 'fail',
    title: `asks for ${scheme} credentials`,
    explanation: 'A proxy or the framework answers before the receiver sees the request.',
    remedy: "Let the webhook's path through, or give the endpoint a header with the credentials.",
    probes: ['good'],
  };
}

/** Receivers answer programs; who answers a refused POST with a page expected a person. */
export function intercepted(seen: Seen): Cause | null {
  const type = headerOf(seen.answer('good'), 'content-type') ?? '';
  if (!seen.refused('good') || !/text\/html/i.test(type)) return null;
  return {
    code: 'intercepted',
    level: 'fail',
    title: `something before it refuses the request (${seen.status('good')})`,
    explanation:
      'The answer is a web page: a firewall, or a protection against forged forms (CSRF), answers in place of the receiver.',
    remedy: "Exempt the webhook's path from bot detection and from the framework's CSRF protection.",
    probes: ['good'],
  };
}

export function rateLimited(seen: Seen, probes: readonly string[]): Cause | null {
  const limited = probes.filter((probe) => seen.status(probe) === 429);
  if (limited.length === 0) return null;
  return {
    code: 'rate_limited',
    level: 'warn',
    title: 'limits the rate (429)',
    explanation: 'Some probes were not looked at, so nothing is known about them.',
    remedy: 'Run it again later, or raise the limit; for deliveries set the rate_limit of the endpoint.',
    probes: limited,
  };
}

export function slow(seen: Seen, deliveries: readonly string[]): Cause | null {
  const probes = deliveries.filter((probe) => seen.accepted(probe) && seen.slowness(probe) !== null);
  const durationMs = (probe: string) => seen.answer(probe)?.durationMs ?? 0;
  const [slowest] = probes.toSorted((a, b) => durationMs(b) - durationMs(a));
  if (slowest === undefined) return null;
  return {
    code: 'slow',
    level: 'warn',
    title: `slow: ${seen.slowness(slowest)}`,
    explanation:
      'Under load it will be slower, and an answer after the deadline is a failure that is tried again.',
    remedy: 'Store the delivery, answer 2xx, and do the work afterwards.',
    probes,
  };
}
