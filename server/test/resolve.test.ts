import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAddressGuard } from '../src/deliveries/address-guard.ts';
import { createHttpClient } from '../src/deliveries/http-client.ts';
import { createResolve } from '../src/deliveries/resolve.ts';

const noHosts = '/dev/null';

/** A name server that answers when it is told to, and what it was asked. */
function createNameServer() {
  const v4 = Promise.withResolvers<string[]>();
  const v6 = Promise.withResolvers<string[]>();
  const asked = Promise.withResolvers<void>();
  const refusal = (code: string) => Object.assign(new Error(code), { code });
  const server = {
    resolve4: () => v4.promise,
    resolve6: () => {
      asked.resolve();
      return v6.promise;
    },
    cancel() {
      v4.reject(refusal('ECANCELLED'));
      v6.reject(refusal('ECANCELLED'));
    },
  };
  const resolve = createResolve(noHosts, () => server);
  return { v4, v6, asked: asked.promise, refusal, resolve };
}

describe('resolving a name', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** What a name has led to so far. */
  async function look(dns: ReturnType<typeof createNameServer>) {
    const found: { addresses: string[] | null; failure: string | null } = { addresses: null, failure: null };
    dns.resolve('two.example').then(
      (addresses) => {
        found.addresses = addresses;
      },
      (error: Error) => {
        found.failure = error.message;
      },
    );
    await dns.asked;
    return found;
  }

  it('waits for IPv6 only a little once IPv4 has answered', async () => {
    const dns = createNameServer();
    const found = await look(dns);
    await vi.advanceTimersByTimeAsync(1_000);
    dns.v4.resolve(['192.0.2.1']);
    await vi.advanceTimersByTimeAsync(49);
    expect(found.addresses).toBeNull();
    await vi.advanceTimersByTimeAsync(1);
    expect(found.addresses).toEqual(['192.0.2.1']);
  });

  it('waits for IPv4 as long as it takes: where nothing else leads out, IPv6 alone is of no use', async () => {
    const dns = createNameServer();
    const found = await look(dns);
    dns.v6.resolve(['2001:db8::1']);
    await vi.advanceTimersByTimeAsync(120);
    expect(found.addresses).toBeNull();
    dns.v4.resolve(['192.0.2.1']);
    await vi.advanceTimersByTimeAsync(0);
    expect(found.addresses).toEqual(['192.0.2.1', '2001:db8::1']);
  });

  it('goes by IPv6 alone when IPv4 hangs to the end', async () => {
    const dns = createNameServer();
    const found = await look(dns);
    dns.v6.resolve(['2001:db8::1']);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(found.addresses).toBeNull();
    await vi.advanceTimersByTimeAsync(1);
    expect(found.addresses).toEqual(['2001:db8::1']);
  });

  it('answers both, IPv4 first, when both come in that time', async () => {
    const dns = createNameServer();
    const found = await look(dns);
    dns.v6.resolve(['2001:db8::1']);
    await vi.advanceTimersByTimeAsync(40);
    dns.v4.resolve(['192.0.2.1']);
    await vi.advanceTimersByTimeAsync(0);
    expect(found.addresses).toEqual(['192.0.2.1', '2001:db8::1']);
  });

  it('waits for the other family when one has no address', async () => {
    const dns = createNameServer();
    const found = await look(dns);
    dns.v4.reject(dns.refusal('ENODATA'));
    await vi.advanceTimersByTimeAsync(4_000);
    expect(found).toEqual({ addresses: null, failure: null });
    dns.v6.resolve(['2001:db8::1']);
    await vi.advanceTimersByTimeAsync(50);
    expect(found.addresses).toEqual(['2001:db8::1']);
  });

  it('ends after 5 s without an answer', async () => {
    const dns = createNameServer();
    const found = await look(dns);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(found.failure).toBeNull();
    await vi.advanceTimersByTimeAsync(1);
    expect(found.failure).toBe('two.example: ECANCELLED');
  });
});

it('an address that came late is judged by nobody and connected to by nobody', async () => {
  const dns = createNameServer();
  const client = createHttpClient(createAddressGuard([]), dns.resolve);
  const posted = client.post({
    url: 'http://two.example/',
    headers: {},
    body: Buffer.from('{}'),
    timeoutMs: 5_000,
  });
  await dns.asked;
  dns.v4.resolve(['10.0.0.1']);
  expect(await posted).toMatchObject({
    failure: 'blocked_address',
    error: 'two.example leads to 10.0.0.1, which is not public',
  });
  await client.close();
});
