import {
  countsAsFailure,
  type DisableRule,
  nextDelay,
  parseRetryAfter,
  sign,
  type Verdict,
} from '@sluice/contracts';
import type { Clock } from '../base/clock.ts';
import { newId, publicId } from '../base/ids.ts';
import type { HttpClient, HttpResult } from './http-client.ts';
import type { Job, Unpreparable } from './prepare.ts';
import type { Settlement } from './settle.ts';

export interface AttemptTools {
  readonly clock: Clock;
  readonly http: HttpClient;
  readonly random: () => number;
  readonly worker: string;
}

export interface AttemptResult {
  readonly settlement: Settlement;
  /** The receiver said that it is gone for good. */
  readonly disable: boolean;
  /** When the delivery's contract disables an endpoint that keeps failing. */
  readonly disableAfter: DisableRule | null;
}

const mask = '••••••';

/** Signs one delivery, sends it once, and says what that means. Never throws: what goes wrong is an outcome. */
export async function attempt(tools: AttemptTools, job: Job): Promise<AttemptResult> {
  const startedAt = new Date(tools.clock.now());
  const { claimed, contract, event, body } = job;
  try {
    const signed = sign(
      contract,
      {
        event,
        deliveryId: publicId('delivery', claimed.id),
        deliveryUuid: claimed.id,
        body: body.bytes,
        attemptedAt: startedAt,
        roundStartedAt: signedAsOf(job, startedAt),
      },
      job.secrets,
    );
    const result = await tools.http.post({
      url: job.url,
      headers: { ...job.ownHeaders, ...signed },
      body: body.bytes,
      timeoutMs: claimed.timeoutSeconds * 1000,
    });
    return conclude(tools, job, { ...maskedHeaders(job), ...signed }, startedAt, result);
  } catch (error) {
    return notSent(tools, {
      claimed,
      url: job.url,
      reason: error instanceof Error ? error.message : String(error),
      retry: null,
    });
  }
}

/**
 * The time that contracts with one signed payload for all attempts sign. A round that was held up so long that its
 * receiver would refuse the time as stale signs afresh.
 */
function signedAsOf({ claimed, contract }: Job, now: Date): Date {
  const age = (now.getTime() - claimed.roundStartedAt.getTime()) / 1000;
  return contract.toleranceSeconds !== null && age > contract.toleranceSeconds * 0.9
    ? now
    : claimed.roundStartedAt;
}

/** The attempt at a delivery that could not even be prepared: it fails alone, with the reason in the ledger. */
export function notSent(tools: AttemptTools, { claimed, url, reason, retry }: Unpreparable): AttemptResult {
  const delay = retry && nextDelay(retry, claimed.roundAttempts + 1, tools.random);
  return {
    disable: false,
    disableAfter: null,
    settlement: {
      ...identity(tools, claimed),
      url,
      outcome: 'connection_error',
      error: `not sent: ${reason}`,
      requestHeaders: '{}',
      body: null,
      status: null,
      responseHeaders: null,
      responseBody: null,
      responseTruncated: false,
      timings: '{"total":0}',
      durationMs: 0,
      startedAt: new Date(tools.clock.now()),
      next: delay === null ? 'failed' : Math.round(delay * 1000),
      countsAsFailure: false,
      strained: false,
    },
  };
}

function conclude(
  tools: AttemptTools,
  job: Job,
  requestHeaders: Record<string, string>,
  startedAt: Date,
  result: HttpResult,
): AttemptResult {
  const { claimed, contract } = job;
  const { response, timings } = result;
  const verdict: Verdict = result.failure === null && response ? contract.classify(response.status) : 'retry';
  const status = response?.status ?? null;
  return {
    disable: verdict === 'disable',
    disableAfter: contract.disableAfter,
    settlement: {
      ...identity(tools, claimed),
      url: job.url,
      outcome: result.failure ?? (verdict === 'delivered' ? 'delivered' : 'http_error'),
      error: result.failure === null ? null : result.error.replaceAll('\0', ''),
      requestHeaders: JSON.stringify(requestHeaders),
      body: { id: job.body.id, content: Buffer.from(job.body.bytes).toString() },
      status,
      responseHeaders: response ? JSON.stringify(response.headers) : null,
      responseBody: response?.body ?? null,
      responseTruncated: response?.truncated ?? false,
      timings: JSON.stringify(timings),
      durationMs: timings.total,
      startedAt,
      next: nextStep(tools, job, verdict, result),
      countsAsFailure:
        verdict !== 'delivered' &&
        result.failure !== 'unknown' &&
        (contract.disableAfter === null || countsAsFailure(contract.disableAfter, status)),
      strained:
        result.failure !== null
          ? result.failure !== 'blocked_address' && result.failure !== 'unknown'
          : status === 429 || (status ?? 0) >= 500,
    },
  };
}

function nextStep(
  tools: AttemptTools,
  job: Job,
  verdict: Verdict,
  { failure, response }: HttpResult,
): Settlement['next'] {
  if (verdict === 'delivered') return 'delivered';
  if (verdict !== 'retry') return 'failed';
  const retryAfter = response?.headers['retry-after'];
  const asked =
    typeof retryAfter === 'string' ? parseRetryAfter(retryAfter, new Date(tools.clock.now())) : null;
  const delay = nextDelay(job.retry, job.claimed.roundAttempts + 1, tools.random, asked);
  if (delay === null) return 'failed';
  // It was this process that stopped: no reason to let the receiver wait.
  return failure === 'unknown' ? 0 : Math.round(delay * 1000);
}

function identity(tools: AttemptTools, claimed: Unpreparable['claimed']) {
  return {
    orgId: claimed.orgId,
    deliveryId: claimed.id,
    endpointId: claimed.endpointId,
    fence: claimed.fence,
    attemptId: newId(tools.clock),
    number: claimed.attempts + 1,
    worker: tools.worker,
  };
}

/** The endpoint's own headers are often credentials: the ledger shows that they were sent, not what they were. */
function maskedHeaders(job: Job): Record<string, string> {
  return Object.fromEntries(Object.keys(job.ownHeaders).map((name) => [name, mask]));
}
