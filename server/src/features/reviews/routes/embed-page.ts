import type { FastifyInstance, FastifyReply } from 'fastify';
import { parseId } from '../../../base/ids.ts';
import type { Services } from '../../../http/operation.ts';
import { readPage } from '../../../http/portal-pages.ts';
import { originsOf } from '../embed-tokens.ts';

/** What the page may load. Content under review can name images anywhere; nothing else comes from elsewhere. */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' https: data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const refusal = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Review not available</title>
<body><h1>This review is not available</h1><p>The embed token does not exist, has expired or was revoked. Ask whoever runs this site for a new one.</p>
`;

/**
 * The page that other sites show in an iframe: `/embed/review/{embed token id}#{secret}`. Which sites those are is the
 * token's to say, and the server finds the token by the id in the path; the secret stays in the browser.
 */
export async function addEmbedPage(server: FastifyInstance, services: Services, portal: URL): Promise<void> {
  server.get('/embed/review', { schema: { hide: true } }, async (_request, reply) => refuse(reply));

  server.get<{ Params: { id: string } }>(
    '/embed/review/:id',
    { schema: { hide: true } },
    async (request, reply) => {
      const id = parseId('embedToken', request.params.id);
      const origins = id === null ? null : await originsOf(services.database.queries, id);
      if (origins === null) return refuse(reply);
      return guard(reply, origins)
        .type('text/html; charset=utf-8')
        .send(await readPage(portal, 'embed.html'));
    },
  );
}

function refuse(reply: FastifyReply): FastifyReply {
  return guard(reply.code(404), []).type('text/html; charset=utf-8').send(refusal);
}

/** `X-Frame-Options` knows no list of origins, and a browser that heeds it would show nothing. */
function guard(reply: FastifyReply, origins: readonly string[]): FastifyReply {
  const ancestors = origins.length === 0 ? "'none'" : origins.join(' ');
  return reply
    .removeHeader('x-frame-options')
    .header('content-security-policy', `${contentPolicy}; frame-ancestors ${ancestors}`)
    .header('cross-origin-resource-policy', 'cross-origin')
    .header('referrer-policy', 'no-referrer')
    .header('cache-control', 'no-store');
}
