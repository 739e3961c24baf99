import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../src/features/reviews/quorum.ts';

describe('a quorum', () => {
  const quorum = fc.record({
    approvals: fc.integer({ min: 1, max: 6 }),
    rejectionEnds: fc.boolean(),
    eligible: fc.option(fc.integer({ min: 0, max: 10 })),
  });

  it('always comes to an end when everybody has voted, and never twice', () => {
    fc.assert(
      fc.property(quorum, fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }), (rules, wishes) => {
        const voters = rules.eligible ?? wishes.length;
        const votes = { approvals: 0, rejections: 0 };
        let outcome = outcomeOf(rules, votes);
        expect(outcome).toBe('pending');
        for (const wish of wishes.slice(0, voters)) {
          if (outcome !== 'pending') break;
          votes[wish ? 'approvals' : 'rejections'] += 1;
          outcome = outcomeOf(rules, votes);
        }
        if (outcome === 'approved') expect(votes.approvals).toBe(rules.approvals);
        if (outcome === 'rejected') expect(votes.rejections).toBeGreaterThan(0);
        if (voters >= rules.approvals && (rules.eligible !== null || voters > 2 * rules.approvals))
          expect(outcome).not.toBe('pending');
        if (
          outcome === 'rejected' &&
          !rules.rejectionEnds &&
          rules.eligible !== null &&
          rules.eligible >= rules.approvals
        ) {
          expect(rules.eligible - votes.rejections).toBe(rules.approvals - 1);
        }
      }),
    );
  });
});
