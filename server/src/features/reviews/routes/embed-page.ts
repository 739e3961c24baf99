import { parseId } from '../../../base/ids.ts';
import type { Queries } from '../../../db/connect.ts';
import { type Page, type PageAnswer, readPage } from '../../../http/page-routes.ts';
import { originsOf } from '../embed-tokens.ts';

/** Only images may come from other sites, because Markdown under review can refer to them. */
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

const refusal: PageAnswer = {
  status: 404,
  html: `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Review not available</title>
<body><h1>This review is not available</h1><p>The embed token does not exist, has expired or was revoked. Ask the operator of this site for a new one.</p>
`,
  contentPolicy,
  framedBy: [],
};

/**
 * The page that other sites show in an iframe: `/embed/review/{embed token id}#{secret}`. The server finds the allowed
 * sites by the id in the path; browsers do not send the secret in the fragment.
 */
export function embedPages(queries: Queries, portal: URL): readonly Page[] {
  return [
    { path: '/embed/review', answer: async () => refusal },
    {
      path: '/embed/review/{id}',
      async answer(params) {
        const id = parseId('embedToken', params.id ?? '');
        const framedBy = id === null ? null : await originsOf(queries, id);
        if (framedBy === null) return refusal;
        return { status: 200, html: await readPage(portal, 'embed.html'), contentPolicy, framedBy };
      },
    },
  ];
}
