import { expect } from 'vitest';
import type { DocumentedRoute } from './document.ts';
import type { Answer } from './exchange.ts';
import { createProber, type Probe } from './probe.ts';
import { asProductsAsk } from './products.ts';
import { fill, openSurface, type Surface } from './surface.ts';
import { credentialHeaders, type Tenant } from './tenant.ts';
import { authorizationFor } from './visitors.ts';

/** For all routes, on a busy machine. */
export const patience = 300_000;
export const json = ['content-type', 'application/json'] as const;

/** A route with everything that a good request to it takes. */
export interface Aim {
  readonly route: DocumentedRoute;
  readonly tenant: Tenant;
  readonly names: readonly string[];
  /** The headers by which the tenant is known. */
  readonly credential: readonly (readonly [string, string])[];
}

/** Where a request differs from a good one. */
export type Change = Partial<Probe['request']>;

/**
 * Sends bad requests to every route. Whatever comes in: no 5xx, every refusal a problem document of the catalogue,
 * nothing changed by it, and every answer as the OpenAPI document promises. Routes join by being in the document.
 */
export interface Attacker {
  readonly surface: Surface;
  /** What a good request to the route takes: made once, and anew when a request has used it up. */
  aimAt(route: DocumentedRoute, whose?: Tenant): Promise<Aim>;
  /** Sends a good request but for the change. */
  attack(
    aim: Aim,
    what: string,
    must: Probe['must'],
    change: Change,
  ): Promise<{ answer: Answer; problems: string[] }>;
  /** A body that the route accepts. What it takes to make one has nothing to do with the request. */
  bodyFor(aim: Aim): Promise<Record<string, unknown> | undefined>;
  /** The same, as it is sent; nothing where the route takes none. */
  goodBody(aim: Aim): Promise<{ body?: Buffer }>;
  /** Takes what is in the database now as given: to be called after everything else that writes. */
  look(): Promise<void>;
  close(): Promise<void>;
}

export async function openAttacker(): Promise<Attacker> {
  const surface = await openSurface('embedded');
  const prober = createProber(surface.app.url, surface.app.database);
  const aims = new Map<DocumentedRoute, Aim>();
  /** Those that a request has used up. */
  const spent = new Set<DocumentedRoute>();

  async function bodyFor({ route, tenant }: Aim): Promise<Record<string, unknown> | undefined> {
    const body = await surface.bodyFor(route, tenant);
    await prober.look();
    return body;
  }

  return {
    surface,
    async aimAt(route, whose) {
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
    },
    async attack({ route, names, credential }, what, must, change) {
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
        now: surface.app.parts.clock.now(),
      });
      const dressed = { ...request, target: extras.target, headers: [...request.headers, ...extras.headers] };
      const result = await prober.probe(route, { what, must, request: dressed });
      // It may have used up what it was about.
      if (result.answer.status < 300 && names.length > 0 && route.method !== 'GET') spent.add(route);
      return result;
    },
    bodyFor,
    async goodBody(aim) {
      const body = await bodyFor(aim);
      return body ? { body: Buffer.from(JSON.stringify(body)) } : {};
    },
    look: () => prober.look(),
    close: () => surface.close(),
  };
}

/** Does the work for one route after the other; what it finds fails the test. */
export async function expectNoProblems(
  routes: readonly DocumentedRoute[],
  work: (route: DocumentedRoute) => Promise<string[]>,
): Promise<void> {
  const found: string[] = [];
  for (const route of routes) found.push(...(await work(route)));
  expect([...new Set(found)]).toEqual([]);
}
