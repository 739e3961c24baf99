import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { SluiceError } from '../base/errors.ts';

/** The portal as `npm start` builds it. */
export const builtPortal = new URL('../../../portal/dist/', import.meta.url);

/** Paths that the portal serves; it knows itself which pages are below the folders. */
const pages = ['/', '/sign-in'];
const folders = [
  '/me',
  '/admin',
  '/settings',
  '/developer-hub',
  '/plugins',
  '/endpoints',
  '/deliveries',
  '/notifications',
];

/** Only files of this server, except inline styles, which the component library writes. Not in frames. */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** An HTML page that is not the portal's. */
export interface Page {
  /** `{name}` for a parameter. */
  readonly path: string;
  answer(params: Readonly<Record<string, string>>): Promise<PageAnswer>;
}

export interface PageAnswer {
  readonly status: number;
  readonly html: string;
  /** Its content security policy without `frame-ancestors`. */
  readonly contentPolicy: string;
  /** Origins of the sites that may show it in a frame. */
  readonly framedBy: readonly string[];
}

export async function addPages(server: FastifyInstance, pages: readonly Page[]): Promise<void> {
  for (const page of pages)
    server.get<{ Params: Record<string, string> }>(
      page.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      { schema: { hide: true } },
      async (request, reply) => {
        const { status, html, contentPolicy: policy, framedBy } = await page.answer(request.params);
        const ancestors = framedBy.length === 0 ? "'none'" : framedBy.join(' ');
        // X-Frame-Options cannot list origins: a browser that obeys it would not show the page.
        return reply
          .code(status)
          .removeHeader('x-frame-options')
          .header('content-security-policy', `${policy}; frame-ancestors ${ancestors}`)
          .header('cross-origin-resource-policy', 'cross-origin')
          .header('referrer-policy', 'no-referrer')
          .header('cache-control', 'no-store')
          .type('text/html; charset=utf-8')
          .send(html);
      },
    );
}

/** Adds the portal: one document for all its paths, and the files that it loads. */
export async function addPortalPages(server: FastifyInstance, portal: URL): Promise<void> {
  for (const path of [...pages, ...folders.flatMap((folder) => [folder, `${folder}/*`])])
    server.get(path, { schema: { hide: true } }, async (_request, reply) =>
      reply
        .header('content-security-policy', contentPolicy)
        .header('x-frame-options', 'DENY')
        .header('referrer-policy', 'no-referrer')
        .header('cache-control', 'no-store')
        .type('text/html; charset=utf-8')
        .send(await readPage(portal, 'index.html')),
    );
  if (!existsSync(portal)) return;
  // File names contain a hash of the content, so browsers may cache them forever.
  await server.register(fastifyStatic, {
    root: fileURLToPath(new URL('assets/', portal)),
    prefix: '/portal/assets/',
    index: false,
    immutable: true,
    maxAge: '365d',
  });
}

/**
 * Reads a page of the built portal.
 * @throws {SluiceError} not_found, where the portal has not been built
 */
export async function readPage(portal: URL, name: string): Promise<string> {
  const page = await readFile(new URL(name, portal), 'utf8').catch(() => null);
  if (page === null)
    throw new SluiceError('not_found', 'The portal has not been built; npm start builds it.');
  return page;
}
