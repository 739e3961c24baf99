import { Agent, request } from 'undici';
import { pause } from './waiting.ts';

/** What the publisher knows about one event. */
export interface SentEvent {
  readonly sequence: number;
  /** Whether it could be sent again after an unknown outcome without becoming two. */
  readonly repeatable: boolean;
  /** `unknown`: no answer came, so it may have been accepted or not. */
  outcome: 'sending' | 'accepted' | 'unknown' | 'refused';
  /** Of the accepted event. */
  eventId: string | null;
  /** What went wrong on the way: a status (and whether Retry-After was missing), or the code of a connection error. */
  readonly troubles: string[];
}

export interface PublisherOptions {
  /** Where the API is just now. */
  readonly addresses: () => readonly string[];
  readonly key: string;
  readonly perSecond: number;
  readonly firstSequence?: number;
  readonly type?: string;
}

export interface Publisher {
  readonly log: readonly SentEvent[];
  /** Requests that are not answered yet, by address. */
  readonly underWay: ReadonlyMap<string, number>;
  /** Sends no new ones and waits until the outcome of all is as known as it can get. */
  stop(): Promise<void>;
}

const tickMs = 20;
const retryAfterMs = 100;
const atOnce = 256;
const giveUpAfterMs = 90_000;

/**
 * Publishes at a steady rate. A third of the events carry an idempotency key, a third an id of their own, and are sent
 * again until they are answered; the last third is sent again only if nothing can have arrived.
 */
export function startPublisher(options: PublisherOptions): Publisher {
  const agent = new Agent({ connections: 64, pipelining: 1, headersTimeout: 30_000, bodyTimeout: 30_000 });
  const log: SentEvent[] = [];
  const events = new Set<Promise<void>>();
  const underWay = new Map<string, number>();
  const since = performance.now();
  let stopped = false;

  async function run(): Promise<void> {
    for (let count = 0; !stopped; await pause(tickMs)) {
      const owed = ((performance.now() - since) / 1000) * options.perSecond;
      for (; count < owed && events.size < atOnce; count += 1) {
        const sequence = (options.firstSequence ?? 0) + count;
        const event: SentEvent = {
          sequence,
          repeatable: sequence % 3 !== 2,
          outcome: 'sending',
          eventId: null,
          troubles: [],
        };
        log.push(event);
        const work = deliver(agent, options, event, underWay).finally(() => events.delete(work));
        events.add(work);
      }
    }
    await Promise.all(events);
    await agent.close();
  }

  const running = run();
  return {
    log,
    underWay,
    stop() {
      stopped = true;
      return running;
    },
  };
}

async function deliver(
  agent: Agent,
  options: PublisherOptions,
  event: SentEvent,
  underWay: Map<string, number>,
): Promise<void> {
  const deadline = performance.now() + giveUpAfterMs;
  for (let tries = 0; performance.now() < deadline; tries += 1) {
    const addresses = options.addresses();
    const address = addresses[(event.sequence + tries) % Math.max(1, addresses.length)];
    if (address !== undefined) underWay.set(address, (underWay.get(address) ?? 0) + 1);
    const trouble = address === undefined ? 'ECONNREFUSED' : await send(agent, options, event, address);
    if (address !== undefined) underWay.set(address, (underWay.get(address) ?? 1) - 1);
    if (trouble === null) return;
    event.troubles.push(trouble);
    if (!event.repeatable && trouble !== 'ECONNREFUSED') {
      event.outcome = 'unknown';
      return;
    }
    await pause(retryAfterMs);
  }
  event.outcome = 'unknown';
}

/** Answers what went wrong, if the outcome is not known by that. */
async function send(
  agent: Agent,
  { key, type = 'crash.tested' }: PublisherOptions,
  event: SentEvent,
  address: string,
): Promise<string | null> {
  const { sequence } = event;
  const own = sequence % 3 === 1 ? { id: `own-${sequence}` } : {};
  try {
    const answer = await request(`${address}/v1/events`, {
      method: 'POST',
      dispatcher: agent,
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        ...(sequence % 3 === 0 ? { 'idempotency-key': `key-${sequence}` } : {}),
      },
      body: JSON.stringify({ type, data: { sequence, text: 'é'.repeat(sequence % 50) }, ...own }),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 500)
      return answer.headers['retry-after'] === undefined
        ? `${answer.statusCode} without Retry-After`
        : String(answer.statusCode);
    event.outcome = answer.statusCode === 202 ? 'accepted' : 'refused';
    if (event.outcome === 'accepted') event.eventId = JSON.parse(text).id;
    else event.troubles.push(`${answer.statusCode} ${text}`);
    return null;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}
