import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer, Send } from '../src/index.ts';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, as they were sent. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export type Receiver = (received: Received) => Reply | Promise<Reply>;

export interface Listening {
  readonly url: string;
  close(): Promise<void>;
}

/** A receiver on loopback. What it throws is answered with 500, as frameworks do. */
export async function listen(receiver: Receiver): Promise<Listening> {
  const server = createServer(async (message, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(Buffer.from(chunk));
    const { headers, rawHeaders } = message;
    try {
      const reply = await receiver({ headers, rawHeaders, body: Buffer.concat(chunks) });
      response.writeHead(reply.status, reply.headers).end(reply.body);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/webhooks`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Posts over real HTTP, header names as they are. */
export function sendTo(url: string): Send {
  return ({ headers, body, timeoutMs }) =>
    new Promise<Answer>((resolve) => {
      const started = performance.now();
      const durationMs = () => performance.now() - started;
      const signal = AbortSignal.timeout(timeoutMs);
      const sent = request(url, { method: 'POST', headers: { ...headers }, signal, agent: false });
      sent.on('response', async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(Buffer.from(chunk));
        resolve({
          kind: 'response',
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
          durationMs: durationMs(),
        });
      });
      sent.on('error', (error) => {
        const failure = signal.aborted ? 'timeout' : 'connection_error';
        resolve({ kind: 'failure', failure, detail: String(error), durationMs: durationMs() });
      });
      sent.end(body);
    });
}
