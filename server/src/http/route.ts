import type { Access } from './access.ts';
import type { Operation } from './operation.ts';
import { problemDocuments, type Surface } from './surface.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A line in a table of routes; parameters of the path are written `{name}`. */
export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly access: Access;
  readonly operation: Operation;
  readonly surface: Surface;
}

export function route(method: Method, path: string, access: Access, handled: Operation): Route {
  return { method, path, access, operation: handled, surface: problemDocuments };
}

/** The routes of a surface; their paths are below its prefix. */
export function onSurface(surface: Surface, routes: readonly Route[]): Route[] {
  return routes.map((line) => ({ ...line, path: `${surface.prefix}${line.path}`, surface }));
}
