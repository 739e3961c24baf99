/** The checker itself: it has nothing to say of a sound run, and finds each way in which a doctored one is not. */
import { describe, expect, test } from 'vitest';
import { check, type Run } from '../src/checker.ts';
import type { LedgerAttempt, LedgerDelivery } from '../src/ledger.ts';
import type { SentEvent } from '../src/publisher.ts';
import type { Receipt } from '../src/receiver.ts';

const start = Date.UTC(2026, 0, 1);
const endpointIds = ['ep_a', 'ep_b'];
const leaseMs = 16_000;

const sent = (sequence: number, more: Partial<SentEvent> = {}): SentEvent => ({
  sequence,
  repeatable: true,
  outcome: 'accepted',
  eventId: `evt_${sequence}`,
  troubles: [],
  ...more,
});

const attempt = (sequence: number, number: number, more: Partial<LedgerAttempt> = {}): LedgerAttempt => ({
  number,
  outcome: 'delivered',
  bodyHash: `body of ${sequence}`,
  sequence,
  startedAt: start + sequence * 100_000 + number * 1_000,
  finishedAt: start + sequence * 100_000 + number * 1_000 + 50,
  ...more,
});

const delivery = (sequence: number, endpointId: string, attempts: LedgerAttempt[]): LedgerDelivery => ({
  id: `dlv_${sequence}_${endpointId}`,
  eventId: `evt_${sequence}`,
  endpointId,
  state: 'delivered',
  paused: false,
  nextAttemptAt: null,
  attemptCount: attempts.length,
  attempts,
});

const receiptOf = (of: LedgerDelivery, at: LedgerAttempt, more: Partial<Receipt> = {}): Receipt => ({
  deliveryId: of.id,
  path: `/${of.endpointId}`,
  bodyHash: at.bodyHash ?? '',
  sequence: at.sequence,
  at: at.startedAt + 20,
  status: 200,
  underWay: 1,
  ...more,
});

/**
 * Two events for two endpoints. The second event's first delivery was cut off by a kill after its receiver had
 * answered, and sent again.
 */
function soundRun() {
  const first = endpointIds.map((endpointId) => delivery(1, endpointId, [attempt(1, 1)]));
  const cutOff = attempt(2, 1, { outcome: 'unknown', finishedAt: attempt(2, 1).startedAt + 20_000 });
  const again = attempt(2, 2, {
    startedAt: cutOff.finishedAt + 1_000,
    finishedAt: cutOff.finishedAt + 1_050,
  });
  const second = [delivery(2, 'ep_a', [cutOff, again]), delivery(2, 'ep_b', [attempt(2, 1)])];
  const deliveries = [...first, ...second];
  return {
    sent: [sent(1), sent(2), sent(3, { outcome: 'unknown', eventId: null, repeatable: false })],
    receipts: deliveries.flatMap((each) => each.attempts.map((one) => receiptOf(each, one))),
    ledger: { events: [1, 2].map((n) => ({ id: `evt_${n}`, type: 'crash.tested' })), deliveries },
    endpointIds,
    kills: [{ at: cutOff.startedAt + 30, name: 'worker-1' }],
    leaseMs,
  };
}

type Doctored = ReturnType<typeof soundRun>;

/** The same run with one delivery told otherwise. */
function withDelivery(run: Doctored, index: number, change: (found: LedgerDelivery) => LedgerDelivery): Run {
  const deliveries = run.ledger.deliveries.map((each, at) => (at === index ? change(each) : each));
  return { ...run, ledger: { ...run.ledger, deliveries } };
}

const withAttempts = (found: LedgerDelivery, attempts: LedgerAttempt[]): LedgerDelivery => ({
  ...found,
  attempts,
  attemptCount: attempts.length,
});

test('a sound run has no problems, and its duplicates and kills are counted', () => {
  expect(check(soundRun())).toEqual({
    problems: [],
    figures: {
      accepted: 2,
      unknown: 1,
      receipts: 5,
      cutOff: 1,
      duplicates: 1,
      mostInFlight: 1,
      slowestRecoveryMs: 19_970,
    },
  });
});

const doctored: readonly { what: string; doctor: (run: Doctored) => Run; says: RegExp }[] = [
  {
    what: 'an accepted event that the ledger lacks',
    doctor: (run) => ({ ...run, sent: [...run.sent, sent(4)] }),
    says: /^event 4: accepted as evt_4 and lost$/,
  },
  {
    what: 'an event that was refused',
    doctor: (run) => ({ ...run, sent: [...run.sent, sent(4, { outcome: 'refused', troubles: ['422'] })] }),
    says: /^event 4: refused \(422\)$/,
  },
  {
    what: 'an event twice in the ledger',
    doctor: (run) => ({
      ...run,
      ledger: { ...run.ledger, events: [...run.ledger.events, { id: 'evt_1', type: 'crash.tested' }] },
    }),
    says: /^event evt_1 is in the ledger twice$/,
  },
  {
    what: 'one publish that became two events',
    doctor: (run) =>
      withDelivery(run, 1, (found) =>
        withAttempts(found, [attempt(1, 1, { sequence: 2, bodyHash: 'body of 1' })]),
      ),
    says: /^event 2 became 2 events: /,
  },
  {
    what: 'an event that nobody sent',
    doctor: (run) => ({ ...run, sent: run.sent.filter(({ sequence }) => sequence !== 1) }),
    says: /^the ledger has event 1, which nobody sent$/,
  },
  {
    what: 'an event that was delivered under another id than it was accepted as',
    doctor: (run) => ({
      ...run,
      sent: run.sent.map((each) => (each.sequence === 1 ? { ...each, eventId: 'evt_2' } : each)),
    }),
    says: /^event 1 was accepted as evt_2 and delivered as evt_1$/,
  },
  {
    what: 'an endpoint that was left out',
    doctor: (run) => ({ ...run, endpointIds: [...endpointIds, 'ep_c'] }),
    says: /^event evt_1 has no delivery for 1 endpoints \(ep_c …\)$/,
  },
  {
    what: 'two deliveries of one event to one endpoint',
    doctor: (run) => {
      const twin = delivery(1, 'ep_a', [attempt(1, 1)]);
      return {
        ...run,
        ledger: {
          ...run.ledger,
          deliveries: [...run.ledger.deliveries, { ...twin, id: 'dlv_twin' }],
        },
        receipts: [...run.receipts, { ...receiptOf(twin, attempt(1, 1)), deliveryId: 'dlv_twin' }],
      };
    },
    says: /^event evt_1 has 3 deliveries for 2 endpoints$/,
  },
  {
    what: 'a delivery that hangs',
    doctor: (run) => withDelivery(run, 0, (found) => ({ ...found, state: 'sending' })),
    says: /^delivery dlv_1_ep_a .*: neither ended nor scheduled$/,
  },
  {
    what: 'a pending delivery without a time for its next attempt',
    doctor: (run) => withDelivery(run, 0, (found) => ({ ...found, state: 'pending' })),
    says: /: neither ended nor scheduled$/,
  },
  {
    what: 'an attempt that is counted and not shown',
    doctor: (run) => withDelivery(run, 0, (found) => ({ ...found, attemptCount: 2 })),
    says: /: counts 2 attempts and shows 1$/,
  },
  {
    what: 'a delivery that no receiver saw',
    doctor: (run) => ({
      ...run,
      receipts: run.receipts.filter(({ deliveryId }) => deliveryId !== 'dlv_1_ep_a'),
    }),
    says: /: delivered, but no receiver said so$/,
  },
  {
    what: 'a delivered delivery whose receiver refused',
    doctor: (run) => ({
      ...run,
      receipts: run.receipts.map((each) =>
        each.deliveryId === 'dlv_1_ep_a' ? { ...each, status: 503 } : each,
      ),
    }),
    says: /: delivered, but no receiver said so$/,
  },
  {
    what: 'an attempt after the delivered one',
    doctor: (run) => withDelivery(run, 0, (found) => withAttempts(found, [attempt(1, 1), attempt(1, 2)])),
    says: /: attempted again after it was delivered$/,
  },
  {
    what: 'a duplicate without a kill',
    doctor: (run) => ({ ...run, receipts: [...run.receipts, ...run.receipts.slice(0, 1)] }),
    says: /: 1 duplicates, 0 attempts cut off$/,
  },
  {
    what: 'a duplicate with another body',
    doctor: (run) => ({
      ...run,
      receipts: run.receipts.map((each, at) => (at === 3 ? { ...each, bodyHash: 'another' } : each)),
    }),
    says: /: 2 different bodies$/,
  },
  {
    what: 'a request that the ledger lacks',
    doctor: (run) => ({
      ...run,
      receipts: run.receipts.map((each, at) => (at === 0 ? { ...each, at: each.at + 60_000 } : each)),
    }),
    says: /: 1 of 1 requests are not in the ledger$/,
  },
  {
    what: 'a request for a delivery that the ledger does not know',
    doctor: (run) => ({
      ...run,
      receipts: [...run.receipts, { ...receiptOf(delivery(9, 'ep_a', []), attempt(9, 1)) }],
    }),
    says: /^1 requests came for dlv_9_ep_a, which the ledger does not know$/,
  },
  {
    what: 'an attempt that was cut off though nothing was killed',
    doctor: (run) => ({ ...run, kills: [] }),
    says: /^delivery dlv_2_ep_a: attempt 1 was cut off, though nothing was killed$/,
  },
  {
    what: 'a cut-off attempt that became known too late',
    doctor: (run) => {
      const cutOff = attempt(2, 1, { outcome: 'unknown', finishedAt: attempt(2, 1).startedAt + 80_000 });
      return withDelivery(run, 2, (found) => withAttempts(found, [cutOff, ...found.attempts.slice(1)]));
    },
    says: /^delivery dlv_2_ep_a: attempt 1 became unknown only 79\.97 s after the kill$/,
  },
];

describe('the checker finds', () => {
  test.each(doctored)('$what', ({ doctor, says }) => {
    const { problems } = check(doctor(soundRun()));
    expect(
      problems.filter((problem) => says.test(problem)),
      problems.join('\n'),
    ).not.toEqual([]);
  });
});
