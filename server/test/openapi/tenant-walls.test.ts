import { isDeepStrictEqual } from 'node:util';
import { TypeID } from 'typeid-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../support/databases.ts';
import { findBrokenPromises } from './answers.ts';
import type { DocumentedRoute } from './document.ts';
import type { Answer } from './exchange.ts';
import { comparable, findForeignBytes, findOtherMarkers, outline, strangerOf, textsIn } from './foreign.ts';
import { references } from './places.ts';
import { findUnclassified, hasNamed, replaceNamed } from './samples.ts';
import { takeSnapshot } from './snapshot.ts';
import { fill, findWithoutProvider, isCounted, isShared, openSurface, type Surface } from './surface.ts';
import { ask, type Tenant } from './tenant.ts';
import { authorizationFor, gatherVisitors, type Refusal, type Visitor } from './visitors.ts';

const patience = 240_000;

/**
 * G10: every route of the OpenAPI document × names of another organization × every kind of credential. Routes join by
 * being in the document; what their names stand for is said in `places.ts`.
 */
describeOnEachDatabase('tenants are walls', (kind) => {
  let surface: Surface;
  /** Has two of everything, which nobody else may see. */
  let a: Tenant;
  let b: Tenant;
  /** Path → names of A's things in it. */
  const namesOfA = new Map<string, string[]>();
  let visitors: Visitor[];

  beforeAll(async () => {
    surface = await openSurface(kind);
    a = await surface.tenant();
    b = await surface.tenant();
    for (const route of surface.routes) namesOfA.set(route.path, await surface.namesFor(route, a));
    visitors = await gatherVisitors(a, b, await surface.tenant());
    // From here on nothing of A's is due: what changes, somebody changed.
    while ((await surface.app.worker.runOnce()) > 0);
  }, patience);
  afterAll(() => surface.close());

  /** Collects what the work finds, and whether anything of the organization is another than before. */
  async function leavingAlone(owner: Tenant, work: (found: string[]) => Promise<void>): Promise<string[]> {
    const { queries } = surface.app.database;
    const found: string[] = [];
    const before = await takeSnapshot(queries, TypeID.fromString(owner.id).toUUID());
    await work(found);
    const after = await takeSnapshot(queries, TypeID.fromString(owner.id).toUUID());
    const changed = Object.keys(after).filter((table) => before[table] !== after[table]);
    return [...found, ...changed.map((table) => `${table} of the other organization changed`)];
  }

  it('knows what every name in the document stands for', () => {
    const unknown = surface.documented.flatMap((route) => [
      ...findWithoutProvider(route),
      ...findUnclassified(route),
    ]);
    expect(unknown).toEqual([]);
  });

  it(
    'lets organizations use every route, and nobody else repeat what they did',
    async () => {
      const found: string[] = [];
      for (const route of surface.routes) {
        const owner = await surface.tenant();
        const names = await surface.namesFor(route, owner);
        const body = await surface.bodyFor(route, owner);
        const headers = route.takesIdempotencyKey
          ? [['idempotency-key', `${route.id} by everybody`] as const]
          : [];
        const request = { method: route.method, target: fill(route, names), body, headers };
        const authorization = await authorizationFor(owner, route);
        const answer = await ask(surface.app, authorization, request);
        if (answer.status >= 300)
          found.push(
            `${route.name} refuses its own organization; see samples.ts and places.ts: ${answer.text}`,
          );
        found.push(...findBrokenPromises(route, answer).map((problem) => `${route.name} ${problem}`));

        if (!route.takesIdempotencyKey) continue;
        const again = await ask(surface.app, authorization, request);
        if (again.headers['idempotent-replay'] !== 'true' || again.text !== answer.text)
          found.push(`${route.name} does not keep its Idempotency-Key`);
        const stolen = await ask(surface.app, `Bearer ${b.key.secret}`, request);
        if (stolen.headers['idempotent-replay'] !== undefined)
          found.push(`${route.name} answers B what it had answered A`);
        const sent = [...textsIn(body), ...names];
        found.push(...findForeignBytes(stolen, owner, sent).map((mark) => `${route.name} tells B ${mark}`));
      }
      expect(found).toEqual([]);
    },
    patience,
  );

  it(
    'answers for a name of another organization as for one that does not exist, whatever the credential',
    async () => {
      const { routes } = surface;
      const heads = routes
        // What is used up by being read has no HEAD.
        .filter(({ method, answers }) => method === 'GET' && !answers.has(410))
        .map((route) => ({ ...route, name: `HEAD ${route.path}`, method: 'HEAD' }));
      // Those that make things under a name of their caller's choice come last: B then has one of that name too.
      const order = [...routes, ...heads].sort(
        (x, y) => Number(x.method === 'PUT') - Number(y.method === 'PUT'),
      );
      const idle = new Set(visitors.map(({ name }) => name));
      const found = await leavingAlone(a, async (problems) => {
        for (const route of order) {
          // HEAD is the same handler: only the visitor who gets as far as the name is of interest.
          const all =
            route.method === 'HEAD'
              ? visitors.filter((visitor) => visitor.refusal(route) === null)
              : visitors;
          for (const visitor of all.filter((candidate) => candidate.comesTo(route))) {
            idle.delete(visitor.name);
            const told = await visit(route, visitor);
            problems.push(...told.map((problem) => `${route.name}, ${visitor.name}: ${problem}`));
          }
        }
      });
      expect(found).toEqual([]);
      expect([...idle], 'every credential comes to some route').toEqual([]);
    },
    patience,
  );

  async function visit(route: DocumentedRoute, visitor: Visitor): Promise<string[]> {
    const refusal = visitor.refusal(route);
    if (refusal === null && isCounted(route)) return visitOwn(route, visitor);
    const expected = refusal ?? (isShared(route) ? null : { status: 404, code: 'not_found' });
    if (expected === null) return [];
    const found: string[] = [];
    for (const names of refusal === null ? await waysToNameThings(route) : [namesOfA.get(route.path) ?? []]) {
      found.push(...(await tellApart(route, visitor, names, expected)));
    }
    return found;
  }

  /** A number of A's is one of the visitor's own, or of nothing. */
  async function visitOwn(route: DocumentedRoute, { authorization }: Visitor): Promise<string[]> {
    const target = fill(route, namesOfA.get(route.path) ?? []);
    const body = await surface.bodyFor(route, b);
    const answer = await ask(surface.app, authorization, { method: route.method, target, body });
    return [
      ...findForeignBytes(answer, a).map((mark) => `shows ${mark}`),
      ...(route.method === 'HEAD' ? [] : findBrokenPromises(route, answer)),
    ];
  }

  /** Every name A's; and where there are several, each one A's among B's own. */
  async function waysToNameThings(route: DocumentedRoute): Promise<string[][]> {
    const theirs = namesOfA.get(route.path) ?? [];
    if (theirs.length < 2) return [theirs];
    const own = await surface.namesFor(route, b);
    const mixed = theirs.flatMap((name, index) =>
      strangerOf(name, a) === name ? [] : [own.with(index, name)],
    );
    return [theirs, ...mixed];
  }

  async function tellApart(
    route: DocumentedRoute,
    visitor: Visitor,
    names: readonly string[],
    expected: Refusal,
  ): Promise<string[]> {
    const body = await surface.bodyFor(route, b);
    const go = (used: readonly string[]) =>
      ask(surface.app, visitor.authorization, { method: route.method, target: fill(route, used), body });
    const foreign = await go(names);
    const random = await go(names.map((name) => strangerOf(name, a)));
    // What is made under a name that its maker chooses is made for B, whether A has one of that name or not.
    if (route.method === 'PUT' && random.status < 300 && foreign.status === random.status) {
      return findForeignBytes(foreign, a, names).map((mark) => `shows ${mark}`);
    }
    const code: string = foreign.body?.code ?? expected.code;
    return [
      ...findForeignBytes(foreign, a).map((mark) => `shows ${mark}`),
      ...(route.method === 'HEAD' ? [] : findBrokenPromises(route, foreign)),
      ...(foreign.status === expected.status && code === expected.code
        ? []
        : [`is answered ${foreign.status} instead of ${expected.status} ${expected.code}: ${foreign.text}`]),
      ...(isDeepStrictEqual(comparable(foreign), comparable(random))
        ? []
        : [`tells it from a random one: ${foreign.text} ${random.text}`]),
    ];
  }

  it(
    'lists nothing of another organization, and takes no cursor of its',
    async () => {
      const reader = await surface.tenant();
      const found = await leavingAlone(a, async (problems) => {
        for (const route of surface.routes.filter(
          ({ method, access }) => method === 'GET' && access !== 'operator',
        )) {
          const own = fill(route, await surface.namesFor(route, reader));
          const seen = await ask(surface.app, await authorizationFor(reader, route), {
            method: 'GET',
            target: own,
          });
          problems.push(...findForeignBytes(seen, a).map((mark) => `${route.name} shows ${mark}`));
          if (route.query.has('cursor'))
            problems.push(
              ...(await readPages(route, own, reader)).map((problem) => `${route.name} ${problem}`),
            );
        }
        for (const target of ['/healthz', '/readyz', '/metrics', '/openapi.json', '/docs/']) {
          const page = await ask(surface.app, undefined, { method: 'GET', target });
          if (page.status !== 200) problems.push(`${target} answers ${page.status}`);
          problems.push(...findForeignBytes(page, a).map((mark) => `${target} shows ${mark}`));
        }
      });
      expect(found).toEqual([]);
    },
    patience,
  );

  function nextCursorOf({ body }: Answer): string | null {
    return body?.next_cursor ?? body?.meta?.next_cursor ?? null;
  }

  /** Pages through everything that B sees, and hands in A's cursor. */
  async function readPages(route: DocumentedRoute, own: string, reader: Tenant): Promise<string[]> {
    const found: string[] = [];
    const page = async (tenant: Tenant, target: string, limit: number, cursor: string | null) =>
      ask(surface.app, await authorizationFor(tenant, route), {
        method: 'GET',
        target: `${target}?limit=${limit}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      });
    let cursor: string | null = null;
    for (let pages = 0; pages === 0 || cursor !== null; pages += 1) {
      const answer = await page(reader, own, pages < 2 ? 1 : 200, cursor);
      found.push(...findForeignBytes(answer, a).map((mark) => `shows ${mark}`));
      found.push(...findOtherMarkers(answer, reader).map((mark) => `shows ${mark}`));
      found.push(...findBrokenPromises(route, answer));
      cursor = nextCursorOf(answer);
    }
    const ofA = await page(a, fill(route, namesOfA.get(route.path) ?? []), 1, null);
    const foreignCursor = nextCursorOf(ofA);
    if (foreignCursor === null)
      return [
        ...found,
        'has less than two entries for A, so there is no cursor to try; let its provider make two',
      ];
    const refused = await page(reader, own, 1, foreignCursor);
    if (refused.status !== 400 || findForeignBytes(refused, a).length > 0)
      found.push(`takes a cursor of A: ${refused.text}`);
    return found;
  }

  it(
    'takes names of another organization in bodies and queries as names of nothing',
    async () => {
      const things = new Map<string, string>();
      for (const [name, reference] of Object.entries(references))
        things.set(name, await reference.make(surface, a, []));
      while ((await surface.app.worker.runOnce()) > 0);
      const tried = new Set<string>();
      const found = await leavingAlone(a, async (problems) => {
        for (const route of surface.routes.filter(({ access }) => access !== 'operator')) {
          for (const name of await namesOfThingsIn(route)) {
            tried.add(name);
            const told = await hand(route, name, things.get(name) ?? '');
            problems.push(...told.map((problem) => `${route.name} with ${name} of A ${problem}`));
          }
        }
      });
      expect(found).toEqual([]);
      expect([...tried].sort()).toEqual([...things.keys()].sort());
    },
    patience,
  );

  /** The names in a route's query and body that stand for things. */
  async function namesOfThingsIn(route: DocumentedRoute): Promise<string[]> {
    const body = await surface.bodyFor(route, b);
    return Object.keys(references).filter((name) => route.query.has(name) || hasNamed(body, name));
  }

  /** Hands in a name of A's, then one of nothing: the answers are of the same kind. */
  async function hand(route: DocumentedRoute, name: string, theirs: string): Promise<string[]> {
    const sender = await surface.tenant();
    const go = async (used: string) => {
      const target = fill(route, await surface.namesFor(route, sender));
      const query = route.query.has(name) ? `?${name}=${encodeURIComponent(used)}` : '';
      const body = replaceNamed(await surface.bodyFor(route, sender), name, (old) =>
        Array.isArray(old) ? [used] : used,
      );
      const answer = await ask(surface.app, await authorizationFor(sender, route), {
        method: route.method,
        target: `${target}${query}`,
        body,
      });
      return { answer, outline: outline(answer, sender, used) };
    };
    const foreign = await go(theirs);
    const random = await go(strangerOf(theirs, a));
    return [
      ...findForeignBytes(foreign.answer, a, [theirs]).map((mark) => `shows ${mark}`),
      ...findBrokenPromises(route, foreign.answer),
      ...(isDeepStrictEqual(foreign.outline, random.outline)
        ? []
        : [`tells it from a random one: ${foreign.answer.text} ${random.answer.text}`]),
    ];
  }
});
