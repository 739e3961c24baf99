import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBadProblem } from './answers.ts';
import { type Attacker, expectNoProblems, json, openAttacker, patience } from './attacker.ts';
import { send } from './exchange.ts';
import * as hostile from './hostile-requests.ts';
import type { Surface } from './surface.ts';

describe('bad input', () => {
  let attacker: Attacker;
  let surface: Surface;

  beforeAll(async () => {
    attacker = await openAttacker();
    ({ surface } = attacker);
  }, patience);
  afterAll(() => attacker.close());

  it(
    'in headers',
    async () => {
      await expectNoProblems(surface.routes, async (route) => {
        const found: string[] = [];
        const tried = [
          ...hostile.credentials.map((value) => ['authorization', value] as const),
          ...hostile.contentEncodings.map((value) => ['content-encoding', value] as const),
          ...(route.body === null ? [] : hostile.contentTypes).map(
            (value) => ['content-type', value] as const,
          ),
          ...(route.takesIdempotencyKey ? hostile.idempotencyKeys : []).map(
            (value) => ['idempotency-key', value] as const,
          ),
        ];
        for (const header of tried) {
          const aim = await attacker.aimAt(route);
          const others = [...aim.credential, json].filter(([name]) => name !== header[0]);
          const change = { ...(await attacker.goodBody(aim)), headers: [...others, header] };
          found.push(
            ...(await attacker.attack(aim, `${header[0]}: ${header[1].slice(0, 40)}`, 'be refused', change))
              .problems,
          );
        }
        return found;
      });
    },
    patience,
  );

  it(
    'in bytes that are not a request',
    async () => {
      const found: string[] = [];
      for (const [what, bytes] of hostile.malformedRequests) {
        const answer = await send(surface.app.url, bytes);
        found.push(...findBadProblem(answer).map((problem) => `${what} ${problem}`));
      }
      expect(found).toEqual([]);
      expect((await surface.app.call('GET', '/readyz')).status).toBe(200);
    },
    patience,
  );
});
