import { createTestApp, type TestApp } from '../support/app.ts';
import type { DatabaseKind } from '../support/databases.ts';
import { startReceiver } from '../support/receiver.ts';
import { type ApiDocument, type DocumentedRoute, readRoutes } from './document.ts';
import { type Place, places, type World } from './places.ts';
import { fixedMembers, sampleOf } from './samples.ts';
import { createTenant, type Tenant } from './tenant.ts';

/** A running app and everything that its OpenAPI document says of it. */
export interface Surface extends World {
  readonly app: TestApp;
  readonly documented: readonly DocumentedRoute[];
  /** Those of them in whose paths every name is known to stand for something. */
  readonly routes: readonly DocumentedRoute[];
  tenant(): Promise<Tenant>;
  /** Makes, for each parameter of a path, such a thing in the organization. */
  namesFor(route: DocumentedRoute, tenant: Tenant): Promise<string[]>;
  /** A body that the route accepts; `undefined` where it takes none. */
  bodyFor(route: DocumentedRoute, tenant: Tenant): Promise<Record<string, unknown> | undefined>;
  close(): Promise<void>;
}

export async function openSurface(kind: DatabaseKind): Promise<Surface> {
  const app = await createTestApp(kind, { time: new Date() });
  const receiver = await startReceiver();
  // What a receiver answers is kept in the ledger: it too must say whose it is.
  receiver.answer = ({ path }) => ({ status: 500, headers: { 'x-path': path }, body: path });
  const document: ApiDocument = (await app.call('GET', '/openapi.json')).body;
  const documented = readRoutes(document);
  const routes = documented.filter((route) => findWithoutProvider(route).length === 0);

  const things = new Map<Tenant, Map<string, string>>();

  const surface: Surface = {
    app,
    documented,
    routes,
    tenant: () => createTenant(app, receiver),
    async namesFor(route, tenant) {
      const names: string[] = [];
      for (const place of route.places) names.push(await placeOf(route, place).make(surface, tenant, names));
      return names;
    },
    async bodyFor(route, tenant) {
      return route.body === null
        ? undefined
        : {
            ...asObject(await sampleOf('', route.body.schema, surface, tenant)),
            ...(await fixedMembers(route, tenant)),
          };
    },
    async sample(name, tenant) {
      const route = documented.find((candidate) => candidate.name === name);
      const body = route && (await surface.bodyFor(route, tenant));
      if (!body) throw new Error(`There is no route ${name} with a body.`);
      return body;
    },
    async thing(name, place, tenant) {
      const known = things.get(tenant) ?? new Map<string, string>();
      things.set(tenant, known);
      const made = known.get(name) ?? (await place.make(surface, tenant, []));
      known.set(name, made);
      return made;
    },
    async close() {
      await app.close();
      await receiver.close();
    },
  };
  return surface;
}

function placeOf(route: DocumentedRoute, path: string): Place {
  const place = places[path];
  if (!place) throw new Error(withoutProvider(route, path));
  return place;
}

/** Parameters of a path that nobody has said anything about. */
export function findWithoutProvider(route: DocumentedRoute): string[] {
  return route.places.filter((path) => !places[path]).map((path) => withoutProvider(route, path));
}

function withoutProvider(route: DocumentedRoute, path: string): string {
  return `${route.name}: nobody says what ${path} names; add a line to \`places\` in server/test/openapi/places.ts`;
}

/** Whether every parameter of the path names the same thing for everybody. */
export function isShared(route: DocumentedRoute): boolean {
  return route.places.every((path) => places[path]?.shared === true);
}

/** Whether a parameter of the path is a number that every organization has for itself. */
export function isCounted(route: DocumentedRoute): boolean {
  return route.places.some((path) => places[path]?.counted === true);
}

/** Puts names into a path. */
export function fill(route: DocumentedRoute, names: readonly string[]): string {
  let next = 0;
  return route.path.replaceAll(/\{\w+\}/g, () => encodeURIComponent(names[next++] ?? ''));
}

function asObject(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error('Bodies are objects.');
  return { ...value };
}
