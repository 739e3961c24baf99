import { excerptOf } from './excerpt.ts';
import { headerOf, type Outcomes, seconds } from './outcomes.ts';
import { plainDetail } from './plain-detail.ts';
import type { Probe } from './probes.ts';
import type { Answer, Finding, ProbeVerdict } from './report.ts';

/**
 * The finding of one probe.
 *
 * @param secrets masked in the excerpt of the answer.
 * @param skipped why the probe was not sent; `null` where it was.
 */
export function judge(
  probe: Probe,
  outcomes: Outcomes,
  secrets: readonly string[],
  skipped: string | null,
): Finding {
  const { id, group, title, should, because } = probe;
  const about = { probe: id, group, title, should, because };
  const answer = outcomes.answer(id);
  if (answer === undefined) {
    const did = skipped ?? 'not sent';
    return { ...about, did, verdict: 'skipped', status: null, duration_ms: null, excerpt: null };
  }
  const limited = answer.kind === 'response' && answer.status === 429;
  const verdict = limited
    ? 'skipped'
    : should === 'accept'
      ? ofDelivery(probe, answer, outcomes)
      : ofForgery(probe, answer, outcomes);
  return {
    ...about,
    did: describe(probe.id, answer, outcomes),
    verdict,
    status: answer.kind === 'response' ? answer.status : null,
    duration_ms: Math.round(answer.durationMs * 10) / 10,
    excerpt: verdict === 'pass' || limited ? null : excerptOf(answer, secrets),
  };
}

function ofDelivery(probe: Probe, answer: Answer, outcomes: Outcomes): ProbeVerdict {
  if (answer.kind === 'failure') return 'fail';
  if (outcomes.accepted(probe.id)) return outcomes.slowness(probe.id) === null ? 'pass' : 'warn';
  const asForgery = outcomes.verifiesParsedJson() && outcomes.refusedAsForgery(probe.id);
  return probe.lenient === true && outcomes.refused(probe.id) && !asForgery ? 'warn' : 'fail';
}

function ofForgery(probe: Probe, answer: Answer, outcomes: Outcomes): ProbeVerdict {
  if (outcomes.accepted(probe.id)) return probe.lenient === true ? 'warn' : 'fail';
  if (outcomes.refused(probe.id)) return 'pass';
  // Unsigned bytes have reached the parser, and crashed it.
  return probe.id === 'not_json' && answer.kind === 'response' && answer.status >= 500 ? 'fail' : 'warn';
}

function describe(probe: string, answer: Answer, outcomes: Outcomes): string {
  if (answer.kind === 'failure') {
    return answer.failure === 'timeout'
      ? `no answer within ${seconds(outcomes.timeoutMs)}`
      : plainDetail(answer.detail);
  }
  const { status } = answer;
  const slowness = outcomes.slowness(probe);
  const slow = slowness === null ? '' : `, slow: ${slowness}`;
  if (status >= 300 && status <= 399) return `redirected with ${status}${target(answer)}`;
  if (status >= 400 && status <= 499) return `refused with ${status}${slow}`;
  return `${status >= 200 && status <= 299 ? 'accepted with' : 'answered'} ${status}${slow}`;
}

/** Where a redirect leads, without user, password and query, which may hold credentials. */
function target(answer: Answer): string {
  const location = headerOf(answer, 'location');
  return location === null
    ? ''
    : ` to ${location
        .replace(/[?#].*$/, '')
        .replace(/\/\/[^/]*@/, '//')
        .slice(0, 200)}`;
}
