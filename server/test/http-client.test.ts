import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTlsServer, setDefaultCACertificates } from 'node:tls';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createAddressGuard } from '../src/deliveries/address-guard.ts';
import { createHttpClient, type HttpClient, keptBodyBytes } from '../src/deliveries/http-client.ts';
import { type Resolve, ResolveError } from '../src/deliveries/resolve.ts';
import { makeCertificate } from './support/certificate.ts';
import { afterRequest, type HostileServer, repeat, startHostileServer } from './support/hostile.ts';

const guard = createAddressGuard([{ address: '127.0.0.0', prefixLength: 8, port: null }]);
const toLoopback: Resolve = async () => ['127.0.0.1'];
const client = createHttpClient(guard, toLoopback);
const servers: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
afterAll(() => client.close());

async function start(onConnection: (socket: Socket) => void): Promise<HostileServer> {
  const server = await startHostileServer(onConnection);
  servers.push(server);
  return server;
}

const timeoutMs = 400;

function post(url: string, through: HttpClient = client, limit = timeoutMs) {
  return through.post({
    url,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from('{"a":1}'),
    timeoutMs: limit,
  });
}

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

describe('a connection that cannot be made', () => {
  it('is a connection error when it is refused', async () => {
    const server = await start(() => {});
    await server.close();
    expect(await post(server.url)).toMatchObject({ failure: 'connection_error', response: null });
  });

  it('is a DNS error when the name has no address', async () => {
    const through = createHttpClient(guard, async (name) => {
      throw new ResolveError(name, 'ENOTFOUND');
    });
    expect(await post('http://nowhere.example/', through)).toMatchObject({
      failure: 'dns_error',
      error: 'nowhere.example: ENOTFOUND',
    });
    await through.close();
  });

  it('is a timeout when the name server hangs', async () => {
    const through = createHttpClient(guard, () => new Promise(() => {}));
    const { failure, timings } = await post('http://hangs.example/', through);
    expect(failure).toBe('timeout');
    expect(timings.total).toBeLessThan(timeoutMs + 1_000);
    await through.close();
  });

  it('is not used for an attempt that was given up meanwhile', async () => {
    const waiting: ((addresses: string[]) => void)[] = [];
    const through = createHttpClient(guard, () => new Promise((resolve) => waiting.push(resolve)));
    const seen: string[] = [];
    const server = await start((socket) => socket.on('data', (chunk) => seen.push(chunk.toString())));
    expect((await post(`http://late.example:${server.port}/`, through)).failure).toBe('timeout');
    waiting[0]?.(['127.0.0.1']);
    const second = post(`http://late.example:${server.port}/second`, through);
    await expect.poll(() => waiting.length).toBe(2);
    waiting[1]?.(['127.0.0.1']);
    await second;
    expect(seen.map((text) => text.split('\r\n')[0])).toEqual(['POST /second HTTP/1.1']);
    await through.close();
  });

  it('is tried at each permitted address', async () => {
    const server = await start(
      afterRequest((socket) => {
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
      }),
    );
    const through = createHttpClient(guard, async () => ['127.0.0.2', '127.0.0.1']);
    expect((await post(`http://two.example:${server.port}/`, through, 5_000)).failure).toBeNull();
    await through.close();
  });
});

describe('TLS', () => {
  const authority = makeCertificate({});

  async function startTls(options: { cert: string; key: string; maxVersion?: 'TLSv1.1' }) {
    const open = new Set<Socket>();
    const server = createTlsServer(
      {
        ...options,
        ...(options.maxVersion ? { minVersion: options.maxVersion, ciphers: 'ALL:@SECLEVEL=0' } : {}),
      },
      (socket) => {
        socket.on('error', () => socket.destroy());
        open.add(socket);
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push({
      close: () =>
        new Promise((resolve) => {
          for (const socket of open) socket.destroy();
          server.close(() => resolve());
        }),
    });
    return (server.address() as AddressInfo).port;
  }

  it('reaches a receiver whose certificate is good', async () => {
    setDefaultCACertificates([authority.cert]);
    const port = await startTls(makeCertificate({ host: 'good.example', issuer: authority }));
    expect(await post(`https://good.example:${port}/`, client, 5_000)).toMatchObject({
      failure: null,
      response: { status: 200 },
    });
  });

  it.each([
    ['that nobody signed', () => makeCertificate({ host: 'good.example' })],
    ['of another name', () => makeCertificate({ host: 'other.example', issuer: authority })],
    [
      'that has expired',
      () =>
        makeCertificate({
          host: 'good.example',
          issuer: authority,
          from: new Date('2020-01-01'),
          until: new Date('2021-01-01'),
        }),
    ],
    [
      'that is not valid yet',
      () =>
        makeCertificate({
          host: 'good.example',
          issuer: authority,
          from: new Date('2090-01-01'),
          until: new Date('2091-01-01'),
        }),
    ],
  ])('sends nothing to a receiver with a certificate %s', async (_what, certify) => {
    setDefaultCACertificates([authority.cert]);
    const port = await startTls(certify());
    expect(await post(`https://good.example:${port}/`, client, 5_000)).toMatchObject({
      failure: 'tls_error',
      response: null,
    });
  });

  it('is not spoken with a version that is broken', async () => {
    const port = await startTls({
      ...makeCertificate({ host: 'good.example', issuer: authority }),
      maxVersion: 'TLSv1.1',
    });
    expect((await post(`https://good.example:${port}/`, client, 5_000)).failure).toBe('tls_error');
  });

  it('is expected where the URL says so', async () => {
    const server = await start((socket) => {
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    });
    expect((await post(`https://good.example:${server.port}/`)).failure).toBe('tls_error');
  });

  it('that hangs in its greeting is let go in time', async () => {
    const server = await start(() => {});
    const { failure, timings } = await post(`https://good.example:${server.port}/`);
    expect(failure).toBe('timeout');
    expect(timings.total).toBeLessThan(timeoutMs + 1_000);
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
