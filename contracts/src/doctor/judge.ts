import { excerptOf } from './excerpt.ts';
import type { Probe } from './probes.ts';
import type { Answer, Finding, ProbeVerdict } from './report.ts';
import { headerOf, type Seen, seconds } from './seen.ts';
import { plainDetail } from './transport.ts';

/** @param skipped why the probe was not sent, where it was not */
export function judge(probe: Probe, seen: Seen, secrets: readonly string[], skipped: string | null): Finding {
  const { id, group, title, should, because } = probe;
  const about = { probe: id, group, title, should, because };
  const answer = seen.answer(id);
  if (answer === undefined) {
    const did = skipped ?? 'not sent';
    return { ...about, did, verdict: 'skipped', status: null, duration_ms: null, excerpt: null };
  }
  const limited = answer.kind === 'response' && answer.status === 429;
  const verdict = limited
    ? 'skipped'
    : should === 'accept'
      ? ofDelivery(probe, answer, seen)
      : ofForgery(probe, answer, seen);
  return {
    ...about,
    did: describe(probe.id, answer, seen),
    verdict,
    status: answer.kind === 'response' ? answer.status : null,
    duration_ms: Math.round(answer.durationMs * 10) / 10,
    excerpt: verdict === 'pass' || limited ? null : excerptOf(answer, secrets),
  };
}

function ofDelivery(probe: Probe, answer: Answer, seen: Seen): ProbeVerdict {
  if (answer.kind === 'failure') return 'fail';
  if (seen.accepted(probe.id)) return seen.slowness(probe.id) === null ? 'pass' : 'warn';
  const asForgery = seen.verifiesParsedJson() && seen.refusedAsForgery(probe.id);
  return probe.lenient === true && seen.refused(probe.id) && !asForgery ? 'warn' : 'fail';
}

function ofForgery(probe: Probe, answer: Answer, seen: Seen): ProbeVerdict {
  if (seen.accepted(probe.id)) return probe.lenient === true ? 'warn' : 'fail';
  if (seen.refused(probe.id)) return 'pass';
  // A stranger's bytes have reached the parser, and broken it.
  return probe.id === 'not_json' && answer.kind === 'response' && answer.status >= 500 ? 'fail' : 'warn';
}

function describe(probe: string, answer: Answer, seen: Seen): string {
  if (answer.kind === 'failure') {
    return answer.failure === 'timeout'
      ? `no answer within ${seconds(seen.timeoutMs)}`
      : plainDetail(answer.detail);
  }
  const { status } = answer;
  const slowness = seen.slowness(probe);
  const slow = slowness === null ? '' : `, slow: ${slowness}`;
  if (status >= 300 && status <= 399) return `redirected with ${status}${target(answer)}`;
  if (status >= 400 && status <= 499) return `refused with ${status}${slow}`;
  return `${status >= 200 && status <= 299 ? 'accepted with' : 'answered'} ${status}${slow}`;
}

/** Where a redirect leads, without what may hold credentials. */
function target(answer: Answer): string {
  const location = headerOf(answer, 'location');
  return location === null
    ? ''
    : ` to ${location
        .replace(/[?#].*$/, '')
        .replace(/\/\/[^/]*@/, '//')
        .slice(0, 200)}`;
}
