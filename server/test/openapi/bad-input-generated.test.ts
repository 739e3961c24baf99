import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { matches } from './answers.ts';
import { allowedBy, mutate, mutations } from './arbitraries.ts';
import { type Attacker, expectNoProblems, openAttacker, patience } from './attacker.ts';
import * as hostileJson from './hostile-json.ts';
import type { Surface } from './surface.ts';

/** What is generated is printed with its seed when it fails; SLUICE_TEST_SEED repeats it. */
const seed = Number(process.env.SLUICE_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const runs = 20;

describe('bad input', () => {
  let attacker: Attacker;
  let surface: Surface;

  beforeAll(async () => {
    attacker = await openAttacker();
    ({ surface } = attacker);
  }, patience);
  afterAll(() => attacker.close());

  it(
    'in what is generated from the schemas and then changed',
    async () => {
      await expectNoProblems(surface.routes, async (route) => {
        if (route.body === null) return [];
        const { schema } = route.body;
        const property = fc.asyncProperty(
          fc.option(allowedBy(schema)),
          mutations,
          async (generated, changes) => {
            const aim = await attacker.aimAt(route);
            const text = hostileJson.toJson(mutate(generated ?? (await attacker.bodyFor(aim)), changes));
            const must = matches(schema, JSON.parse(text)) ? 'not break' : 'be refused';
            const { problems } = await attacker.attack(aim, `the body ${text.slice(0, 2_000)}`, must, {
              body: Buffer.from(text),
            });
            if (problems.length > 0) throw new Error(problems.join('\n'));
          },
        );
        const outcome = await fc.check(property, { seed, numRuns: runs });
        return outcome.failed
          ? [`${String(outcome.errorInstance)} (seed ${seed}, path ${outcome.counterexamplePath})`]
          : [];
      });
    },
    patience,
  );
});
