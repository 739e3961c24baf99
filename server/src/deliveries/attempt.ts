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

/** The process that makes attempts. */
export interface Sender {
  readonly clock: Clock;
  readonly http: Pick<HttpClient, 'post'>;
  /** From 0 up to 1, for the jitter of retry delays. */
  readonly random: () => number;
  /** Its name in the ledger. */
  readonly worker: string;
}

/** An attempt that has ended, as it is to be settled. */
export interface AttemptResult {
  readonly settlement: Settlement;
  /** The receiver said that it is gone for good. */
  readonly disable: boolean;
  /** When the delivery's contract disables an endpoint that keeps failing. */
  readonly disableAfter: DisableRule | null;
}

const mask = '••••••';

/**
 * Signs one delivery and sends it once, within its endpoint's timeout. Answers what came of it and what follows: the end
 * of the delivery or the wait before the next attempt, in milliseconds. Never throws: what goes wrong is an outcome.
 */
export async function attempt(sender: Sender, job: Job): Promise<AttemptResult> {
  const startedAt = new Date(sender.clock.now());
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
    const result = await sender.http.post({
      url: job.url,
      headers: { ...job.ownHeaders, ...signed },
      body: body.bytes,
      timeoutMs: claimed.timeoutSeconds * 1000,
    });
    const requestHeaders = JSON.stringify({ ...maskedHeaders(job), ...signed });
    return conclude(sender, job, { requestHeaders, startedAt }, result);
  } catch (error) {
    return notSent(sender, {
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

/** The attempt at a delivery that could not be prepared, for which nothing is sent: the ledger says the reason. */
export function notSent(sender: Sender, { claimed, url, reason, retry }: Unpreparable): AttemptResult {
  const delay = retry && nextDelay(retry, claimed.roundAttempts + 1, sender.random);
  return {
    disable: false,
    disableAfter: null,
    settlement: {
      ...identity(sender, claimed),
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
      startedAt: new Date(sender.clock.now()),
      next: delay === null ? 'failed' : Math.round(delay * 1000),
      countsAsFailure: false,
      strained: false,
    },
  };
}

function conclude(
  sender: Sender,
  job: Job,
  sent: Pick<Settlement, 'requestHeaders' | 'startedAt'>,
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
      ...identity(sender, claimed),
      url: job.url,
      outcome: result.failure ?? (verdict === 'delivered' ? 'delivered' : 'http_error'),
      error: result.failure === null ? null : result.error.replaceAll('\0', ''),
      ...sent,
      body: { id: job.body.id, content: Buffer.from(job.body.bytes).toString() },
      status,
      responseHeaders: response ? JSON.stringify(response.headers) : null,
      responseBody: response?.body ?? null,
      responseTruncated: response?.truncated ?? false,
      timings: JSON.stringify(timings),
      durationMs: timings.total,
      next: nextStep(sender, job, verdict, result),
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
  sender: Sender,
  job: Job,
  verdict: Verdict,
  { failure, response }: HttpResult,
): Settlement['next'] {
  if (verdict === 'delivered') return 'delivered';
  if (verdict !== 'retry') return 'failed';
  const retryAfter = response?.headers['retry-after'];
  const asked =
    typeof retryAfter === 'string' ? parseRetryAfter(retryAfter, new Date(sender.clock.now())) : null;
  const delay = nextDelay(job.retry, job.claimed.roundAttempts + 1, sender.random, asked);
  if (delay === null) return 'failed';
  // It was this process that stopped: no reason to let the receiver wait.
  return failure === 'unknown' ? 0 : Math.round(delay * 1000);
}

function identity(sender: Sender, claimed: Unpreparable['claimed']) {
  return {
    orgId: claimed.orgId,
    deliveryId: claimed.id,
    endpointId: claimed.endpointId,
    contract: claimed.contract,
    fence: claimed.fence,
    attemptId: newId(sender.clock),
    number: claimed.attempts + 1,
    worker: sender.worker,
  };
}

/** The endpoint's own headers are often credentials: the ledger shows that they were sent, but not their values. */
function maskedHeaders(job: Job): Record<string, string> {
  return Object.fromEntries(Object.keys(job.ownHeaders).map((name) => [name, mask]));
}
