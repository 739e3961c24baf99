import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBadProblem, matches } from './answers.ts';
import { type Attacker, expectNoProblems, openAttacker, patience } from './attacker.ts';
import type { DocumentedRoute, Schema } from './document.ts';
import { exchange } from './exchange.ts';
import * as hostile from './hostile-requests.ts';
import { fill, type Surface } from './surface.ts';
import { idForm } from './tenant.ts';

describe('bad input', () => {
  let attacker: Attacker;
  let surface: Surface;

  beforeAll(async () => {
    attacker = await openAttacker();
    ({ surface } = attacker);
  }, patience);
  afterAll(() => attacker.close());

  it(
    'in paths',
    async () => {
      await expectNoProblems(surface.routes, async (route) => {
        const found: string[] = [];
        for (const index of route.places.keys()) {
          const name = (await attacker.aimAt(route)).names[index] ?? '';
          const isId = new RegExp(`^${idForm.source}$`).test(name);
          for (const piece of [...hostile.pathPieces, ...(isId ? hostile.misspelt(name) : [])]) {
            const aim = await attacker.aimAt(route);
            const target = fill(route, aim.names.with(index, '-here-')).replace('-here-', () => piece);
            const must = isId ? 'be refused' : 'not break';
            found.push(
              ...(
                await attacker.attack(aim, `the path ${target.slice(0, 100)}`, must, {
                  target,
                  ...(await attacker.goodBody(aim)),
                })
              ).problems,
            );
          }
        }
        return found;
      });
    },
    patience,
  );

  it(
    'in queries',
    async () => {
      await expectNoProblems(surface.routes, async (route) => {
        const found: string[] = [];
        const own = [...route.query].flatMap(([name, schema]) =>
          valuesAgainst(schema).map((value) => `${name}=${value}`),
        );
        for (const query of [...hostile.queries, ...own]) {
          const aim = await attacker.aimAt(route);
          const target = `${fill(route, aim.names)}?${query}`;
          found.push(
            ...(
              await attacker.attack(aim, `the query ${query.slice(0, 60)}`, 'be refused', {
                target,
                ...(await attacker.goodBody(aim)),
              })
            ).problems,
          );
        }
        return found;
      });
    },
    patience,
  );

  /** Query values that a schema does not allow, as they are written in a URL. */
  function valuesAgainst(schema: Schema): string[] {
    const tried = ['x'.repeat(300), 'soon', '2026-02-30T00:00:00Z', '2026-01-01', '-1', '[]'];
    return ['%00', 'a%00b', 'x'.repeat(5_000), ...tried.filter((value) => !matches(schema, value))];
  }

  it(
    'in cursors',
    async () => {
      const lists = surface.routes.filter((route) => route.query.has('cursor'));
      // Two of everything, so that each list has a second page.
      const tenant = await surface.tenant();
      for (const route of [...surface.routes, ...surface.routes]) await surface.namesFor(route, tenant);
      const cursors = new Map<DocumentedRoute, string>();
      for (const route of lists) {
        const aim = await attacker.aimAt(route, tenant);
        const page = await attacker.attack(aim, 'a page of one', 'not break', {
          target: `${fill(route, aim.names)}?limit=1`,
        });
        const { next_cursor, meta } = page.answer.body ?? {};
        cursors.set(route, String(next_cursor ?? meta?.next_cursor));
      }
      await expectNoProblems(lists, async (route) => {
        const own = cursors.get(route) ?? '';
        if (!own.includes('.')) return [`${route.name} has no second page; let its provider make two`];
        const found: string[] = [];
        for (const cursor of [...hostile.alteredCursors(own), ...cursors.values()].filter(
          (other) => other !== own,
        )) {
          const aim = await attacker.aimAt(route);
          const target = `${fill(route, aim.names)}?limit=1&cursor=${encodeURIComponent(cursor)}`;
          found.push(
            ...(await attacker.attack(aim, `the cursor ${cursor}`, 'be refused', { target })).problems,
          );
        }
        return found;
      });
    },
    patience,
  );

  it('in paths that lead nowhere', async () => {
    const found: string[] = [];
    for (const target of hostile.pages) {
      for (const method of ['GET', 'POST']) {
        const answer = await exchange(surface.app.url, { method, target });
        found.push(...findBadProblem(answer).map((problem) => `${method} ${target} ${problem}`));
      }
    }
    expect(found).toEqual([]);
  });
});
