import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { keptBodyBytes } from '../../src/deliveries/http-client.ts';
import { afterRequest, repeat } from '../support/hostile.ts';
import { createSetting } from './client.ts';

const { client, post, start } = createSetting();

describe('a receiver that', () => {
  it('sends an endless body is let go, with the beginning kept', async () => {
    const server = await start(
      afterRequest((socket) => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        repeat(socket, Buffer.alloc(65_536, 'a'));
      }),
    );
    const result = await post(server.url, client, 5_000);
    expect(result.failure).toBeNull();
    expect(result.response).toMatchObject({ status: 200, truncated: true });
    expect(result.response?.body).toEqual(Buffer.alloc(keptBodyBytes, 'a'));
    expect(result.timings.total).toBeLessThan(4_000);
  });

  it('answers with exactly as much as is kept is kept whole', async () => {
    const body = Buffer.alloc(keptBodyBytes, 'b');
    const server = await start(
      afterRequest((socket) => {
        socket.end(
          Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n`), body]),
        );
      }),
    );
    const result = await post(server.url);
    expect(result.response).toMatchObject({ truncated: false });
    expect(result.response?.body).toEqual(body);
  });

  it('answers one byte more than is kept is kept without it', async () => {
    const body = Buffer.alloc(keptBodyBytes + 1, 'b');
    const server = await start(
      afterRequest((socket) => {
        socket.end(
          Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n`), body]),
        );
      }),
    );
    const result = await post(server.url);
    expect(result.response).toMatchObject({ truncated: true });
    expect(result.response?.body).toEqual(body.subarray(0, keptBodyBytes));
  });

  it('answers a compressed bomb gets it kept as it came', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000));
    const server = await start(
      afterRequest((socket) => {
        socket.end(
          Buffer.concat([
            Buffer.from(
              `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`,
            ),
            bomb,
          ]),
        );
      }),
    );
    const result = await post(server.url, client, 5_000);
    expect(result.failure).toBeNull();
    expect(result.response?.body).toEqual(bomb.subarray(0, keptBodyBytes));
  });

  it('ends its body by closing the connection has answered', async () => {
    const server = await start(
      afterRequest((socket) => {
        socket.end('HTTP/1.0 204 \r\n\r\n');
      }),
    );
    expect(await post(server.url)).toMatchObject({
      failure: null,
      response: { status: 204, truncated: false },
    });
  });

  it('redirects is not followed', async () => {
    const secret = await start(
      afterRequest((socket) => {
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
      }),
    );
    for (const status of [301, 302, 303, 307, 308]) {
      const server = await start(
        afterRequest((socket) => {
          socket.end(`HTTP/1.1 ${status} Elsewhere\r\nlocation: ${secret.url}\r\ncontent-length: 0\r\n\r\n`);
        }),
      );
      const result = await post(server.url);
      expect(result.response).toMatchObject({ status, headers: { location: secret.url } });
    }
    expect(secret.connections).toBe(0);
  });

  it('answers well after it has misbehaved is heard on a new connection', async () => {
    let first = true;
    const server = await start(
      afterRequest((socket) => {
        if (!first) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
        first = false;
      }),
    );
    expect((await post(server.url)).failure).toBe('timeout');
    expect((await post(server.url)).failure).toBeNull();
    expect(server.connections).toBe(2);
  });

  it('sends more after its answer does not reach the next attempt with it', async () => {
    const server = await start(
      afterRequest((socket) => {
        socket.write(
          'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\naHTTP/1.1 500 Smuggled\r\ncontent-length: 0\r\n\r\n',
        );
      }),
    );
    expect((await post(server.url)).response?.status).toBe(200);
    expect((await post(server.url)).response?.status).toBe(200);
  });

  it('sends its body byte by byte costs no buffer for each, two hundred at once', async () => {
    const chunks = '1\r\na\r\n'.repeat(keptBodyBytes);
    const held: Socket[] = [];
    const server = await start(
      afterRequest((socket) => {
        held.push(socket);
        socket.write(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunks}`);
      }),
    );
    let received = 0;
    const count = () => {
      received += 1;
    };
    subscribe('undici:request:bodyChunkReceived', count);
    const before = memoryInUse();
    const attempts = Array.from({ length: 200 }, () => post(server.url, client, 20_000));
    await expect.poll(() => received, { timeout: 15_000 }).toBe(200 * keptBodyBytes);
    unsubscribe('undici:request:bodyChunkReceived', count);
    const during = memoryInUse();
    for (const socket of held) socket.end('0\r\n\r\n');
    for (const result of await Promise.all(attempts))
      expect(result.response?.body.length).toBe(keptBodyBytes);
    expect((during - before) / 1_048_576).toBeLessThan(64);
  });

  it('hangs is let go in time, two hundred at once', async () => {
    const server = await start(afterRequest(() => {}));
    const startedAt = performance.now();
    const results = await Promise.all(Array.from({ length: 200 }, () => post(server.url, client, 1_000)));
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(new Set(results.map(({ failure }) => failure))).toEqual(new Set(['timeout']));
  });
});

/** Bytes that are still held after a garbage collection. */
function memoryInUse(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
