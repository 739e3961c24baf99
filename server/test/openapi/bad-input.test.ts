import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBadProblem, matches } from './answers.ts';
import { allowedBy, mutate, mutations } from './arbitraries.ts';
import type { DocumentedRoute, Schema } from './document.ts';
import { type Answer, exchange, send } from './exchange.ts';
import * as hostileJson from './hostile-json.ts';
import * as hostile from './hostile-requests.ts';
import { createProber, type Probe, type Prober } from './probe.ts';
import { asProductsAsk } from './products.ts';
import { hasNamed, replaceNamed } from './samples.ts';
import { fill, openSurface, type Surface } from './surface.ts';
import { credentialHeaders, idForm, type Tenant } from './tenant.ts';
import { authorizationFor } from './visitors.ts';

const patience = 300_000;
/** What is generated is printed with its seed when it fails; SLUICE_TEST_SEED repeats it. */
const seed = Number(process.env.SLUICE_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const runs = 20;
const json = ['content-type', 'application/json'] as const;

/** A route with everything that a good request to it takes. */
interface Aim {
  readonly route: DocumentedRoute;
  readonly tenant: Tenant;
  readonly names: readonly string[];
  /** The headers by which the tenant is known. */
  readonly credential: readonly (readonly [string, string])[];
}

/** Where a request differs from a good one. */
type Change = Partial<Probe['request']>;

/**
 * Whatever comes in: no 5xx, every refusal a problem document of the catalogue, nothing changed by it, and every
 * answer as the OpenAPI document promises. Routes join by being in the document.
 */
describe('bad input', () => {
  let surface: Surface;
  let prober: Prober;
  const aims = new Map<DocumentedRoute, Aim>();
  /** Those that a request has used up. */
  const spent = new Set<DocumentedRoute>();

  beforeAll(async () => {
    surface = await openSurface('embedded');
    prober = createProber(surface.app.url, surface.app.database);
  }, patience);
  afterAll(() => surface.close());

  async function aimAt(route: DocumentedRoute, whose?: Tenant): Promise<Aim> {
    const known = aims.get(route);
    if (known && !spent.delete(route) && !whose) return known;
    // What the operator's routes are about is the organization itself.
    const tenant =
      whose ?? (route.access === 'operator' ? undefined : known?.tenant) ?? (await surface.tenant());
    const names = await surface.namesFor(route, tenant);
    const credential = credentialHeaders(await authorizationFor(tenant, route));
    const aim = { route, tenant, names, credential };
    aims.set(route, aim);
    // What bodies refer to is made with the first one.
    await surface.bodyFor(route, tenant);
    await prober.look();
    return aim;
  }

  /** Sends a good request but for the change. */
  async function attack(
    aim: Aim,
    what: string,
    must: Probe['must'],
    change: Change,
  ): Promise<{ answer: Answer; problems: string[] }> {
    const { route, names, credential } = aim;
    // With a key of its own where the body is bad: a refused request gives it back.
    const keyed = route.takesIdempotencyKey && change.body !== undefined && change.target === undefined;
    const key = keyed ? [['idempotency-key', crypto.randomUUID()] as const] : [];
    const request = {
      method: route.method,
      target: fill(route, names),
      headers: [...credential, json, ...key],
      ...change,
    };
    const extras = asProductsAsk({
      ...request,
      authorization: request.headers.find(([name]) => name === 'authorization')?.[1],
      body: change.body ?? '',
      now: surface.app.services.clock.now(),
    });
    const dressed = { ...request, target: extras.target, headers: [...request.headers, ...extras.headers] };
    const result = await prober.probe(route, { what, must, request: dressed });
    // It may have used up what it was about.
    if (result.answer.status < 300 && names.length > 0 && route.method !== 'GET') spent.add(route);
    return result;
  }

  /** A body that the route accepts. What it takes to make one has nothing to do with the request. */
  async function bodyFor({ route, tenant }: Aim): Promise<Record<string, unknown> | undefined> {
    const body = await surface.bodyFor(route, tenant);
    await prober.look();
    return body;
  }

  async function goodBody(aim: Aim): Promise<{ body?: Buffer }> {
    const body = await bodyFor(aim);
    return body ? { body: Buffer.from(JSON.stringify(body)) } : {};
  }

  async function expectNoProblems(
    routes: readonly DocumentedRoute[],
    work: (route: DocumentedRoute) => Promise<string[]>,
  ): Promise<void> {
    const found: string[] = [];
    for (const route of routes) found.push(...(await work(route)));
    expect([...new Set(found)]).toEqual([]);
  }

  it(
    'in bodies that are not one JSON object',
    async () => {
      const limits = new Set<number>();
      await expectNoProblems(surface.routes, async (route) => {
        if (route.method === 'GET') return [];
        const found: string[] = [];
        const sample = (await goodBody(await aimAt(route))).body?.toString() ?? '{}';
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
          found.push(...(await attack(await aimAt(route), what, 'be refused', { body })).problems);
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
        const { body = Buffer.alloc(0) } = await goodBody(await aimAt(route));
        const padded = (length: number) => Buffer.concat([body, Buffer.alloc(length - body.length, ' ')]);
        for (const chunked of [false, true]) {
          const change = { body: padded(limit + 1), chunked };
          const { answer, problems } = await attack(
            await aimAt(route),
            `${limit + 1} bytes`,
            'be refused',
            change,
          );
          found.push(
            ...problems,
            ...(answer.status === 413 ? [] : [`${route.name} refuses otherwise: ${answer.text}`]),
          );
        }
        const { answer, problems } = await attack(await aimAt(route), `${limit} bytes`, 'not break', {
          body: padded(limit),
        });
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
        const sample = await bodyFor(await aimAt(route));
        for (const [name, refused] of Object.entries(hostileJson.refusedByName).filter(([key]) =>
          hasNamed(sample, key),
        )) {
          tried.add(name);
          for (const value of refused.filter((value) => !taken.includes(value))) {
            const aim = await aimAt(route);
            const changed = replaceNamed(await bodyFor(aim), name, () => value);
            const body = Buffer.from(hostileJson.toJson(changed));
            const what = `the ${name} ${JSON.stringify(value).slice(0, 80)}`;
            found.push(...(await attack(aim, what, 'be refused', { body })).problems);
          }
        }
        return found;
      });
      expect(Object.keys(hostileJson.refusedByName).filter((name) => !tried.has(name))).toEqual([]);
    },
    patience,
  );

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
            const aim = await aimAt(route);
            const text = hostileJson.toJson(mutate(generated ?? (await bodyFor(aim)), changes));
            const must = matches(schema, JSON.parse(text)) ? 'not break' : 'be refused';
            const { problems } = await attack(aim, `the body ${text.slice(0, 2_000)}`, must, {
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

  it(
    'in paths',
    async () => {
      await expectNoProblems(surface.routes, async (route) => {
        const found: string[] = [];
        for (const index of route.places.keys()) {
          const name = (await aimAt(route)).names[index] ?? '';
          const isId = new RegExp(`^${idForm.source}$`).test(name);
          for (const piece of [...hostile.pathPieces, ...(isId ? hostile.misspelt(name) : [])]) {
            const aim = await aimAt(route);
            const target = fill(route, aim.names.with(index, '-here-')).replace('-here-', () => piece);
            const must = isId ? 'be refused' : 'not break';
            found.push(
              ...(
                await attack(aim, `the path ${target.slice(0, 100)}`, must, {
                  target,
                  ...(await goodBody(aim)),
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
          const aim = await aimAt(route);
          const target = `${fill(route, aim.names)}?${query}`;
          found.push(
            ...(
              await attack(aim, `the query ${query.slice(0, 60)}`, 'be refused', {
                target,
                ...(await goodBody(aim)),
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
        const aim = await aimAt(route, tenant);
        const page = await attack(aim, 'a page of one', 'not break', {
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
          const aim = await aimAt(route);
          const target = `${fill(route, aim.names)}?limit=1&cursor=${encodeURIComponent(cursor)}`;
          found.push(...(await attack(aim, `the cursor ${cursor}`, 'be refused', { target })).problems);
        }
        return found;
      });
    },
    patience,
  );

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
          const aim = await aimAt(route);
          const others = [...aim.credential, json].filter(([name]) => name !== header[0]);
          const change = { ...(await goodBody(aim)), headers: [...others, header] };
          found.push(
            ...(await attack(aim, `${header[0]}: ${header[1].slice(0, 40)}`, 'be refused', change)).problems,
          );
        }
        return found;
      });
    },
    patience,
  );

  it('in one event of a batch', async () => {
    const route = surface.documented.find(({ name }) => name === 'POST /v1/events/batch');
    if (!route) throw new Error('There is no such route.');
    const aim = await aimAt(route);
    const event = { type: 'a.b', id: 'taken', data: { a: 1 } };
    await aim.tenant.call('POST', '/v1/events', event);
    await aim.tenant.call('PUT', '/v1/event-types/a.strict', { schema: { required: ['b'] } });
    await prober.look();
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
      found.push(...(await attack(aim, JSON.stringify(change), 'be refused', { body })).problems);
    }
    expect(found).toEqual([]);
  });

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
