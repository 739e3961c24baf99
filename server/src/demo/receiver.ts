import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Contract, verify } from '@sluice/contracts';

export interface Receipt {
  readonly path: string;
  readonly body: string;
  /** On the clock of `performance.now()`. */
  readonly at: number;
  readonly verified: boolean;
  readonly detail: string;
}

export interface Receiver {
  readonly url: string;
  readonly port: number;
  /** From now on, verifies requests to a contract's path with this secret. */
  trust(contract: Contract, secret: string): void;
  /** The next request to a contract's path; `null` where none arrives in time. */
  expect(contract: Contract, withinMs: number): Promise<Receipt | null>;
  /** From now on, calls the function for every request that is not expected. */
  report(each: (receipt: Receipt) => void): void;
}

/**
 * Starts a receiver as a customer would write it: it verifies the raw bytes, then answers.
 * @param wanted port; 0: any free port
 */
export async function startReceiver(wanted = 0): Promise<Receiver> {
  const known = new Map<string, { contract: Contract; secret: string }>();
  const waiting = new Map<string, (receipt: Receipt) => void>();
  let report: (receipt: Receipt) => void = () => {};

  async function receive(message: IncomingMessage): Promise<boolean> {
    const at = performance.now();
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(Buffer.from(chunk));
    const body = Buffer.concat(chunks);
    const path = message.url ?? '/';
    const expected = known.get(path);
    const result = expected
      ? await verify(expected.contract, { headers: message.headers, body, secret: expected.secret })
      : { ok: false as const, detail: 'no endpoint of the demonstration has this path' };
    const receipt = {
      path,
      body: body.toString(),
      at,
      verified: result.ok,
      detail: result.ok ? '' : result.detail,
    };
    const wanted = waiting.get(path);
    waiting.delete(path);
    if (wanted) wanted(receipt);
    else report(receipt);
    return result.ok;
  }

  const server = createServer((message, response) => {
    receive(message).then(
      (accepted) => response.writeHead(accepted ? 204 : 401).end(),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(wanted, '127.0.0.1', resolve);
  });
  server.unref();
  const port = portOf(server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    trust: (contract, secret) => void known.set(`/${contract.name}`, { contract, secret }),
    expect(contract, withinMs) {
      const path = `/${contract.name}`;
      return new Promise((resolve) => {
        const timer = setTimeout(() => resolve(null), withinMs);
        waiting.set(path, (receipt) => {
          clearTimeout(timer);
          resolve(receipt);
        });
      });
    },
    report(each) {
      report = each;
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}
