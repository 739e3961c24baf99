import type { Access } from './access.ts';
import type { Operation } from './operation.ts';
import { problemDocuments, type Surface } from './surface.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One line of a table of routes. Parameters are written `{name}`. */
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

/** A table of routes that are spoken to in their own way; their paths are below the surface's prefix. */
export function onSurface(surface: Surface, routes: readonly Route[]): Route[] {
  return routes.map((line) => ({ ...line, path: `${surface.prefix}${line.path}`, surface }));
}
