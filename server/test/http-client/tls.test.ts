import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTlsServer, setDefaultCACertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { makeCertificate } from '../support/certificate.ts';
import { createSetting, timeoutMs } from './client.ts';

const { client, post, servers, start } = createSetting();

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
