import type { Ledger, LedgerAttempt, LedgerDelivery } from './ledger.ts';
import type { SentEvent } from './publisher.ts';
import type { Receipt } from './receiver.ts';

/** A SIGKILL of a process that may have been sending. */
export interface Kill {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly name: string;
}

/** Everything that is known about a run, from three sides that never spoke to each other. */
export interface Run {
  readonly sent: readonly SentEvent[];
  readonly receipts: readonly Receipt[];
  readonly ledger: Ledger;
  /** Every event goes to each of these. */
  readonly endpointIds: readonly string[];
  readonly kills: readonly Kill[];
  /** The longest that a worker holds a delivery: timeout and margin. */
  readonly leaseMs: number;
}

export interface Findings {
  readonly problems: readonly string[];
  readonly figures: {
    readonly accepted: number;
    readonly unknown: number;
    readonly receipts: number;
    readonly cutOff: number;
    readonly duplicates: number;
    /** Attempts cut off, the most by a single kill. */
    readonly mostInFlight: number;
    /** From a kill until the last of its attempts was known to be cut off. */
    readonly slowestRecoveryMs: number;
  };
}

/** Clocks of one machine, read by several processes at various moments. */
const slackMs = 2_000;
const recoveryLimitMs = 75_000;
/** Enough to see what is wrong. */
const examples = 10;

/** Compares the three logs; what they should agree in are the guarantees G1, G2 and G3 of the specification. */
export function check(run: Run): Findings {
  const receipts = groupBy(run.receipts, (receipt) => receipt.deliveryId);
  const cutOff = explainCutOffs(run);
  const rules = [
    nothingAcceptedIsLost(run),
    nothingIsThereTwice(run),
    fanOutIsComplete(run),
    ...run.ledger.deliveries.map((delivery) => deliveryIsSound(delivery, receipts.get(delivery.id) ?? [])),
    everyRequestIsInTheLedger(run, receipts),
    cutOff.problems,
  ];
  const duplicates = run.ledger.deliveries.map((delivery) =>
    countDuplicates(receipts.get(delivery.id) ?? []),
  );
  return {
    problems: rules.flat(),
    figures: {
      accepted: run.sent.filter(({ outcome }) => outcome === 'accepted').length,
      unknown: run.sent.filter(({ outcome }) => outcome === 'unknown').length,
      receipts: run.receipts.length,
      cutOff: cutOff.count,
      duplicates: duplicates.reduce((sum, count) => sum + count, 0),
      mostInFlight: cutOff.mostInFlight,
      slowestRecoveryMs: cutOff.slowestRecoveryMs,
    },
  };
}

/** The findings as text, for the message of a failing test. */
export function describeProblems({ problems }: Findings): string {
  const more = problems.length > examples ? `\n… and ${problems.length - examples} more` : '';
  return problems.slice(0, examples).join('\n') + more;
}

/** G1: 202 only after commit. */
function nothingAcceptedIsLost({ sent, ledger }: Run): string[] {
  const known = new Set(ledger.events.map(({ id }) => id));
  return sent.flatMap((event) => {
    if (event.outcome === 'refused' || event.outcome === 'sending')
      return [`event ${event.sequence}: ${event.outcome} (${event.troubles.join(', ')})`];
    if (event.outcome === 'unknown') return [];
    return known.has(event.eventId ?? '')
      ? []
      : [`event ${event.sequence}: accepted as ${event.eventId} and lost`];
  });
}

/** What was sent again is still one event, and nothing is in the ledger that nobody sent. */
function nothingIsThereTwice({ sent, ledger }: Run): string[] {
  const ids = groupBy(ledger.events, ({ id }) => id);
  const repeated = [...ids].flatMap(([id, events]) =>
    events.length > 1 ? [`event ${id} is in the ledger twice`] : [],
  );
  const sequences = new Map(sent.map((event) => [event.sequence, event]));
  const eventsOf = new Map<number, Set<string>>();
  for (const delivery of ledger.deliveries) {
    for (const { sequence } of delivery.attempts) {
      if (sequence === null) continue;
      eventsOf.set(sequence, (eventsOf.get(sequence) ?? new Set()).add(delivery.eventId));
    }
  }
  const strays = [...eventsOf].flatMap(([sequence, events]) => {
    const event = sequences.get(sequence);
    if (!event) return [`the ledger has event ${sequence}, which nobody sent`];
    if (events.size > 1) return [`event ${sequence} became ${events.size} events: ${[...events].join(', ')}`];
    const [only] = events;
    return event.outcome === 'accepted' && only !== event.eventId
      ? [`event ${sequence} was accepted as ${event.eventId} and delivered as ${only}`]
      : [];
  });
  return [...repeated, ...strays];
}

/** G4: exactly one delivery for each event and endpoint. */
function fanOutIsComplete({ ledger, endpointIds }: Run): string[] {
  const deliveries = groupBy(ledger.deliveries, ({ eventId }) => eventId);
  return ledger.events.flatMap(({ id }) => {
    const targets = (deliveries.get(id) ?? []).map(({ endpointId }) => endpointId);
    const distinct = new Set(targets);
    const missing = endpointIds.filter((endpointId) => !distinct.has(endpointId));
    if (missing.length > 0)
      return [`event ${id} has no delivery for ${missing.length} endpoints (${missing[0]} …)`];
    return targets.length === endpointIds.length
      ? []
      : [`event ${id} has ${targets.length} deliveries for ${endpointIds.length} endpoints`];
  });
}

/** G1, G2 and G3 for one delivery. */
function deliveryIsSound(delivery: LedgerDelivery, receipts: readonly Receipt[]): string[] {
  const say = (what: string) => `delivery ${delivery.id} of ${delivery.eventId} (${delivery.state}): ${what}`;
  const problems: string[] = [];
  const scheduled = delivery.state === 'pending' && (delivery.nextAttemptAt !== null || delivery.paused);
  if (!scheduled && !['delivered', 'failed', 'cancelled'].includes(delivery.state))
    problems.push(say('neither ended nor scheduled'));
  if (delivery.attemptCount !== delivery.attempts.length)
    problems.push(say(`counts ${delivery.attemptCount} attempts and shows ${delivery.attempts.length}`));
  const unknowns = delivery.attempts.filter(({ outcome }) => outcome === 'unknown').length;
  const last = delivery.attempts.at(-1);
  if (delivery.state === 'delivered' && (last?.outcome !== 'delivered' || !receipts.some(isSuccess)))
    problems.push(say('delivered, but no receiver said so'));
  if (delivery.attempts.slice(0, -1).some(({ outcome }) => outcome === 'delivered'))
    problems.push(say('attempted again after it was delivered'));
  const duplicates = countDuplicates(receipts);
  if (duplicates > unknowns) problems.push(say(`${duplicates} duplicates, ${unknowns} attempts cut off`));
  const hashes = new Set([...receipts, ...delivery.attempts].flatMap(({ bodyHash }) => bodyHash ?? []));
  if (hashes.size > 1) problems.push(say(`${hashes.size} different bodies`));
  const unmatched = receipts.length - countMatches(receipts, delivery.attempts);
  if (unmatched > 0) problems.push(say(`${unmatched} of ${receipts.length} requests are not in the ledger`));
  return problems;
}

function isSuccess(receipt: Receipt): boolean {
  return receipt.status < 300;
}

/** G2: what a receiver that deduplicates by the delivery id would have thrown away. */
function countDuplicates(receipts: readonly Receipt[]): number {
  return Math.max(0, receipts.filter(isSuccess).length - 1);
}

/** Each request belongs to one attempt that was under way when it arrived. */
function countMatches(receipts: readonly Receipt[], attempts: readonly LedgerAttempt[]): number {
  const left = [...attempts].sort((a, b) => a.finishedAt - b.finishedAt);
  let count = 0;
  for (const { at } of [...receipts].sort((a, b) => a.at - b.at)) {
    const index = left.findIndex(
      (attempt) => attempt.startedAt - slackMs <= at && at <= attempt.finishedAt + slackMs,
    );
    if (index < 0) continue;
    left.splice(index, 1);
    count += 1;
  }
  return count;
}

/** G3, seen from the receiver. */
function everyRequestIsInTheLedger(
  { ledger }: Run,
  receipts: ReadonlyMap<string, readonly Receipt[]>,
): string[] {
  const known = new Set(ledger.deliveries.map(({ id }) => id));
  return [...receipts].flatMap(([id, requests]) =>
    known.has(id) ? [] : [`${requests.length} requests came for ${id}, which the ledger does not know`],
  );
}

/** G2 and G3: an attempt is cut off by a kill and by nothing else, and that is known soon. */
function explainCutOffs({ ledger, kills, leaseMs }: Run) {
  const inFlight = new Map<Kill, number>();
  const problems: string[] = [];
  let slowestRecoveryMs = 0;
  const cutOffs = ledger.deliveries.flatMap(({ id, attempts }) =>
    attempts.filter(({ outcome }) => outcome === 'unknown').map((attempt) => ({ id, attempt })),
  );
  for (const { id, attempt } of cutOffs) {
    const kill = kills.find(
      ({ at }) =>
        at >= attempt.startedAt - slackMs &&
        at <= Math.min(attempt.finishedAt, attempt.startedAt + leaseMs) + slackMs,
    );
    if (!kill) {
      problems.push(`delivery ${id}: attempt ${attempt.number} was cut off, though nothing was killed`);
      continue;
    }
    inFlight.set(kill, (inFlight.get(kill) ?? 0) + 1);
    const took = attempt.finishedAt - kill.at;
    slowestRecoveryMs = Math.max(slowestRecoveryMs, took);
    if (took > recoveryLimitMs)
      problems.push(
        `delivery ${id}: attempt ${attempt.number} became unknown only ${took / 1000} s after the kill`,
      );
  }
  return {
    count: cutOffs.length,
    problems,
    mostInFlight: Math.max(0, ...inFlight.values()),
    slowestRecoveryMs,
  };
}

function groupBy<T>(things: readonly T[], keyOf: (thing: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const thing of things) {
    const key = keyOf(thing);
    const group = groups.get(key);
    if (group) group.push(thing);
    else groups.set(key, [thing]);
  }
  return groups;
}
