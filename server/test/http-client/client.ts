import type { Socket } from 'node:net';
import { afterAll, afterEach } from 'vitest';
import { type AddressGuard, createAddressGuard } from '../../src/deliveries/address-guard.ts';
import { createHttpClient, type HttpClient, type HttpResult } from '../../src/deliveries/http-client.ts';
import { type HostileServer, startHostileServer } from '../support/hostile.ts';

export const timeoutMs = 400;
export const guard: AddressGuard = createAddressGuard([
  { address: '127.0.0.0', prefixLength: 8, port: null },
]);

/** A client whose every name leads to loopback, and servers for it that end with the test which started them. */
export interface Setting {
  readonly client: HttpClient;
  /** To be closed after the test. */
  readonly servers: { close(): Promise<void> }[];
  start(onConnection: (socket: Socket) => void): Promise<HostileServer>;
  post(url: string, through?: HttpClient, limit?: number): Promise<HttpResult>;
}

/** For the tests of one file. */
export function createSetting(): Setting {
  const client = createHttpClient(guard, async () => ['127.0.0.1']);
  const servers: Setting['servers'] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });
  afterAll(() => client.close());
  return {
    client,
    servers,
    async start(onConnection) {
      const server = await startHostileServer(onConnection);
      servers.push(server);
      return server;
    },
    post: (url, through = client, limit = timeoutMs) =>
      through.post({
        url,
        headers: { 'content-type': 'application/json' },
        body: Buffer.from('{"a":1}'),
        timeoutMs: limit,
      }),
  };
}
