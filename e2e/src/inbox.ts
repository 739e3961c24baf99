import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { until } from './waiting.ts';

/** A request as it arrived, before anybody parsed it. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** A customer's HTTP server, as the product's document tells them to write it. */
export interface Inbox {
  readonly url: string;
  readonly requests: readonly Received[];
  /** Decides the status of each answer. */
  answer: (request: Received) => number;
  /** The request with this number in order of arrival, from 1, among those of one path. */
  arrival(number: number, path: string): Promise<Received>;
  close(): Promise<void>;
}

export async function openInbox(): Promise<Inbox> {
  const requests: Received[] = [];
  const server = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const request = {
        path: message.url ?? '',
        headers: message.headers,
        body: Buffer.concat(chunks),
        at: Date.now(),
      };
      requests.push(request);
      response.writeHead(inbox.answer(request)).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The inbox listens nowhere.');
  const inbox: Inbox = {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    answer: () => 200,
    arrival: (number, path) =>
      until(
        `request ${number} for ${path}`,
        () => requests.filter((request) => request.path === path)[number - 1] ?? null,
      ),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return inbox;
}

/** A receiver's check of a hexadecimal HMAC-SHA256 over the raw body, behind the word that names its scheme. */
export function isSigned(
  { headers, body }: Received,
  { header, scheme, secret }: { readonly header: string; readonly scheme: string; readonly secret: string },
): boolean {
  const expected = Buffer.from(`${scheme}${createHmac('sha256', secret).update(body).digest('hex')}`);
  const claimed = Buffer.from(String(headers[header] ?? ''));
  return claimed.length === expected.length && timingSafeEqual(claimed, expected);
}
