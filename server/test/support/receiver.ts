import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

export interface TestReceiver {
  readonly url: string;
  readonly requests: ReceivedRequest[];
  /** What it answers from now on; 200 in the beginning. */
  answer: (request: ReceivedRequest) => Reply | Promise<Reply>;
  /** Resolves when it has got that many requests in all. */
  received(count: number): Promise<void>;
  close(): Promise<void>;
}

/** A real receiver on loopback that keeps what it gets. */
export async function startReceiver(): Promise<TestReceiver> {
  const waiting: { count: number; resolve(): void }[] = [];
  const server = createServer(async (message, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(Buffer.from(chunk));
    const request = {
      path: message.url ?? '',
      headers: message.headers,
      rawHeaders: message.rawHeaders,
      body: Buffer.concat(chunks),
    };
    receiver.requests.push(request);
    for (const { resolve } of waiting.filter(({ count }) => receiver.requests.length >= count)) resolve();
    const reply = await receiver.answer(request);
    response.writeHead(reply.status, reply.headers).end(reply.body ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const receiver: TestReceiver = {
    url: `http://127.0.0.1:${port}`,
    requests: [],
    answer: () => ({ status: 200 }),
    received: (count) =>
      new Promise((resolve) => {
        if (receiver.requests.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return receiver;
}
