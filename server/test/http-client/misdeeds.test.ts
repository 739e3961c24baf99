import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { keptBodyBytes } from '../../src/deliveries/http-client.ts';
import { afterRequest, repeat } from '../support/hostile.ts';
import { createSetting, timeoutMs } from './client.ts';

const { post, start } = createSetting();

/** Each must end within its timeout and a second, with this outcome. */
const misdeeds: readonly { name: string; outcome: string; status?: number; act: (socket: Socket) => void }[] =
  [
    { name: 'takes the connection and says nothing', outcome: 'timeout', act: () => {} },
    { name: 'says nothing after the request', outcome: 'timeout', act: afterRequest(() => {}) },
    {
      name: 'drips its headers',
      outcome: 'timeout',
      act: afterRequest((socket) => {
        socket.write('HTTP/1.1 200 OK\r\nx: ');
        repeat(socket, 'a', 10);
      }),
    },
    {
      name: 'hangs after the headers',
      outcome: 'timeout',
      status: 200,
      act: afterRequest((socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n');
      }),
    },
    {
      name: 'drips its body',
      outcome: 'timeout',
      status: 200,
      act: afterRequest((socket) => {
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
        repeat(socket, '1\r\na\r\n', 10);
      }),
    },
    {
      name: 'answers 102 for ever',
      outcome: 'timeout',
      act: afterRequest((socket) => repeat(socket, 'HTTP/1.1 102 Processing\r\n\r\n', 1)),
    },
    {
      name: 'answers 100 for ever',
      outcome: 'connection_error',
      act: afterRequest((socket) => repeat(socket, 'HTTP/1.1 100 Continue\r\n\r\n', 1)),
    },
    {
      name: 'switches protocols',
      outcome: 'connection_error',
      act: afterRequest((socket) => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n');
      }),
    },
    {
      name: 'sends one enormous header',
      outcome: 'connection_error',
      act: afterRequest((socket) => {
        socket.write(`HTTP/1.1 200 OK\r\nx: ${'a'.repeat(1_000_000)}\r\n\r\n`);
      }),
    },
    {
      name: 'sends headers for ever',
      outcome: 'connection_error',
      act: afterRequest((socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        repeat(socket, 'x: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n');
      }),
    },
    {
      name: 'resets the connection at once',
      outcome: 'connection_error',
      act: (socket) => socket.resetAndDestroy(),
    },
    {
      name: 'resets the connection after the request',
      outcome: 'connection_error',
      act: afterRequest((socket) => socket.resetAndDestroy()),
    },
    {
      name: 'closes the connection without an answer',
      outcome: 'connection_error',
      act: afterRequest((socket) => socket.end()),
    },
    {
      name: 'resets the connection inside the body',
      outcome: 'connection_error',
      status: 200,
      act: afterRequest((socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab', () =>
          setTimeout(() => socket.resetAndDestroy(), 20),
        );
      }),
    },
    {
      name: 'closes the connection before the promised length',
      outcome: 'connection_error',
      status: 200,
      act: afterRequest((socket) => {
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab');
      }),
    },
    {
      name: 'answers garbage',
      outcome: 'connection_error',
      act: afterRequest((socket) => {
        socket.write(Buffer.from(Array.from({ length: 4_096 }, (_, index) => (index * 37) % 256)));
      }),
    },
    {
      name: 'answers garbage before the request',
      outcome: 'connection_error',
      act: (socket) => {
        socket.write('220 mail.example.com ESMTP\r\n');
      },
    },
    {
      name: 'answers a status that does not exist',
      outcome: 'connection_error',
      act: afterRequest((socket) => {
        socket.write('HTTP/1.1 2000 OK\r\ncontent-length: 0\r\n\r\n');
      }),
    },
    {
      name: 'gives two lengths',
      outcome: 'connection_error',
      act: afterRequest((socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\na');
      }),
    },
    {
      name: 'gives a chunk of impossible size',
      outcome: 'connection_error',
      status: 200,
      act: afterRequest((socket) => {
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\na');
      }),
    },
    {
      name: 'puts a NUL into a header',
      outcome: 'connection_error',
      act: afterRequest((socket) => {
        socket.write('HTTP/1.1 200 OK\r\nx: a\0b\r\ncontent-length: 0\r\n\r\n');
      }),
    },
  ];

describe('a receiver that', () => {
  it.each(misdeeds)(
    '$name costs one attempt and no more time than its timeout',
    async ({ outcome, status, act }) => {
      const server = await start(act);
      const startedAt = performance.now();
      const result = await post(server.url);
      expect(performance.now() - startedAt).toBeLessThan(timeoutMs + 1_000);
      expect(result.failure).toBe(outcome);
      expect(result.response?.status).toBe(status);
      expect(result.response?.body.length ?? 0).toBeLessThanOrEqual(keptBodyBytes);
      expect(result.failure === null ? '' : result.error).not.toBe('');
    },
  );
});
