import { importsOf, type Target } from './imports.ts';
import { layerOf, portalWalls } from './portal-layers.ts';
import type { SourceFile } from './source.ts';

/** Rooms that accept, keep and send events. */
const engine = ['events', 'life-cycle', 'deliveries', 'endpoints', 'schemas', 'tenants', 'db', 'base'];

/** Room → the rooms it may import. A room is a folder of server/src, or a workspace. */
const walls: Readonly<Record<string, readonly string[]>> = {
  // The files directly in server/src put the process together, so they know every room.
  main: ['http', 'api', 'products', 'features', 'worker', 'demo', ...engine],
  // A client of the public API that happens to live in the same process.
  demo: ['base', 'contracts'],
  products: ['features', 'worker', 'api', 'http', ...engine, 'contracts'],
  features: ['api', 'http', 'worker', ...engine, 'contracts'],
  api: ['http', ...engine, 'contracts'],
  // The door knows no resource and no feature.
  http: ['tenants', 'db', 'base', 'contracts'],
  worker: ['events', 'life-cycle', 'deliveries', 'endpoints', 'tenants', 'db', 'base'],
  events: ['deliveries', 'endpoints', 'schemas', 'tenants', 'db', 'base', 'contracts'],
  'life-cycle': ['deliveries', 'endpoints', 'tenants', 'db', 'base', 'contracts'],
  deliveries: ['endpoints', 'tenants', 'db', 'base', 'contracts', 'doctor'],
  endpoints: ['tenants', 'db', 'base', 'contracts'],
  schemas: ['base'],
  tenants: ['db', 'base'],
  db: ['base'],
  base: [],
  ...portalWalls,
  client: ['contracts', 'doctor'],
  doctor: ['contracts'],
  contracts: [],
  // Public surfaces only.
  e2e: ['client', 'contracts'],
};

/** Rooms that may know the HTTP framework. */
const framework = /^(fastify|@fastify\/.*)$/;
const frameworkRooms = new Set(['http']);
/** Workspaces that do no I/O and need nothing from a registry. */
const pure = new Set(['contracts', 'doctor']);
const serverRooms = 'server/src/';
const featureFolder = /^server\/src\/features\/[^/]+\//;

/** Imports that the table does not allow, and files in no room or feature; each as one line to read. */
export function findForbiddenImports(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const room = roomOf(file.path);
    if (room === 'features' && !featureFolder.test(file.path))
      return [`${file.path}: lies in the folder of no feature`];
    if (!(room in walls)) return [`${file.path}: the room ${room} is not in the table of walls`];
    return importsOf(file).flatMap((target) => {
      const objection = objectionTo(target, file.path, room);
      return objection === null ? [] : [`${file.path}: ${objection}`];
    });
  });
}

/** `server/src/events/publish.ts` → `events`, `contracts/src/index.ts` → `contracts`, layers of the portal; the top of server/src is `main`. */
export function roomOf(path: string): string {
  if (!path.startsWith(serverRooms)) return layerOf(path) ?? path.split('/')[0] ?? path;
  const [first = '', file] = path.slice(serverRooms.length).split('/');
  return file === undefined ? 'main' : first;
}

function objectionTo(target: Target, from: string, room: string): string | null {
  if (target.kind === 'computed')
    return 'imports a path that is computed at run time, which no check can follow';
  if (target.kind === 'package') return objectionToPackage(target.name, room);
  const other = roomOf(target.path);
  if (workspaceOf(target.path) !== workspaceOf(from)) return `reaches into ${target.path} by its path`;
  if (room === 'features' && other === room && featureOf(from) !== featureOf(target.path)) {
    return `a feature may not import another one (${target.path})`;
  }
  return other === room || walls[room]?.includes(other)
    ? null
    : `${room} may not import ${other} (${target.path})`;
}

function objectionToPackage(name: string, room: string): string | null {
  if (name.startsWith('@sluice/')) {
    const other = name.slice('@sluice/'.length);
    return other === room || walls[room]?.includes(other) ? null : `${room} may not import ${name}`;
  }
  if (framework.test(name) && !frameworkRooms.has(room)) return `${room} may not know ${name}`;
  if (pure.has(room)) return `${room} depends on no package, not even ${name}`;
  return null;
}

function workspaceOf(path: string): string {
  return path.split('/')[0] ?? path;
}

/** `server/src/features/reviews/rules.ts` → `server/src/features/reviews/` */
function featureOf(path: string): string | undefined {
  return featureFolder.exec(path)?.[0];
}
