import { describe, expect, it } from 'vitest';
import { createHttpClient } from '../../src/deliveries/http-client.ts';
import { ResolveError } from '../../src/deliveries/resolve.ts';
import { afterRequest } from '../support/hostile.ts';
import { createSetting, guard, timeoutMs } from './client.ts';

const { post, start } = createSetting();

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
