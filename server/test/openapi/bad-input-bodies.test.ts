import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Attacker, expectNoProblems, openAttacker, patience } from './attacker.ts';
import * as hostileJson from './hostile-json.ts';
import { hasNamed, replaceNamed } from './samples.ts';
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
    'in bodies that are not one JSON object',
    async () => {
      const limits = new Set<number>();
      await expectNoProblems(surface.routes, async (route) => {
        if (route.method === 'GET') return [];
        const found: string[] = [];
        const sample = (await attacker.goodBody(await attacker.aimAt(route))).body?.toString() ?? '{}';
        const bodies = [
          ...hostileJson.unreadable(sample),
          ...(route.body
            ? hostileJson.unwanted(sample, route.body.schema.additionalProperties !== false)
            : []),
        ];
        // Routes with the same limit share the parser: what is large is sent to one of them.
        if (route.body && !limits.has(route.body.limit)) bodies.push(...hostileJson.heavy);
        if (route.body) limits.add(route.body.limit);
        if (route.body?.required) bodies.push(Buffer.alloc(0));
        for (const body of bodies) {
          const what = `the body ${body.toString().slice(0, 60)} of ${body.length} bytes`;
          found.push(
            ...(await attacker.attack(await attacker.aimAt(route), what, 'be refused', { body })).problems,
          );
        }
        return found;
      });
    },
    patience,
  );

  it(
    'in bodies one byte over the limit',
    async () => {
      await expectNoProblems(surface.routes, async (route) => {
        if (route.body === null) return [];
        const { limit } = route.body;
        const found: string[] = [];
        const { body = Buffer.alloc(0) } = await attacker.goodBody(await attacker.aimAt(route));
        const padded = (length: number) => Buffer.concat([body, Buffer.alloc(length - body.length, ' ')]);
        for (const chunked of [false, true]) {
          const change = { body: padded(limit + 1), chunked };
          const { answer, problems } = await attacker.attack(
            await attacker.aimAt(route),
            `${limit + 1} bytes`,
            'be refused',
            change,
          );
          found.push(
            ...problems,
            ...(answer.status === 413 ? [] : [`${route.name} refuses otherwise: ${answer.text}`]),
          );
        }
        const { answer, problems } = await attacker.attack(
          await attacker.aimAt(route),
          `${limit} bytes`,
          'not break',
          {
            body: padded(limit),
          },
        );
        return [
          ...found,
          ...problems,
          ...(answer.status < 300 ? [] : [`${route.name} refuses ${limit} bytes: ${answer.text}`]),
        ];
      });
    },
    patience,
  );

  it(
    'in values of the wrong form',
    async () => {
      const tried = new Set<string>();
      await expectNoProblems(surface.routes, async (route) => {
        const found: string[] = [];
        const taken = hostileJson.takenByRoute[route.name] ?? [];
        const sample = await attacker.bodyFor(await attacker.aimAt(route));
        for (const [name, refused] of Object.entries(hostileJson.refusedByName).filter(([key]) =>
          hasNamed(sample, key),
        )) {
          tried.add(name);
          for (const value of refused.filter((value) => !taken.includes(value))) {
            const aim = await attacker.aimAt(route);
            const changed = replaceNamed(await attacker.bodyFor(aim), name, () => value);
            const body = Buffer.from(hostileJson.toJson(changed));
            const what = `the ${name} ${JSON.stringify(value).slice(0, 80)}`;
            found.push(...(await attacker.attack(aim, what, 'be refused', { body })).problems);
          }
        }
        return found;
      });
      expect(Object.keys(hostileJson.refusedByName).filter((name) => !tried.has(name))).toEqual([]);
    },
    patience,
  );

  it('in one event of a batch', async () => {
    const route = surface.documented.find(({ name }) => name === 'POST /v1/events/batch');
    if (!route) throw new Error('There is no such route.');
    const aim = await attacker.aimAt(route);
    const event = { type: 'a.b', id: 'taken', data: { a: 1 } };
    await aim.tenant.call('POST', '/v1/events', event);
    await aim.tenant.call('PUT', '/v1/event-types/a.strict', { schema: { required: ['b'] } });
    await attacker.look();
    const bad = [
      { data: { a: 2 } },
      { type: 'a.strict' },
      { type: 'A' },
      { id: 'first' },
      { audience: { members: ['x'] } },
    ];
    const found: string[] = [];
    for (const change of bad) {
      const events = [
        { ...event, id: 'first' },
        { ...event, ...change },
        { ...event, id: 'last' },
      ];
      const body = Buffer.from(JSON.stringify({ events }));
      found.push(...(await attacker.attack(aim, JSON.stringify(change), 'be refused', { body })).problems);
    }
    expect(found).toEqual([]);
  });
});
