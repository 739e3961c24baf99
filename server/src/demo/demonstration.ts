import { contracts } from '@sluice/contracts';
import { request } from 'undici';
import type { Logger } from '../base/log.ts';
import { exampleEvents } from './examples.ts';
import { type Receipt, startReceiver } from './receiver.ts';

/** A running process, as seen from outside. */
export interface Stage {
  readonly address: string;
  readonly adminToken: string;
  readonly dataDir: string;
  /** Kept quiet meanwhile, so that its lines do not run through ours. */
  readonly log: Logger;
}

const longestWaitMs = 10_000;

/**
 * Shows on real traffic what this process does: for each contract an organization, an endpoint at a receiver on
 * loopback, and one event that is published, delivered and verified. Everything goes through the public API.
 */
export async function demonstrate({ address, adminToken, dataDir, log }: Stage): Promise<void> {
  const api = createApi(address, adminToken);
  if ((await api.list('/v1/organizations')).length > 0) return;
  const level = log.level;
  log.level = 'warn';
  const receiver = await startReceiver();
  try {
    print(
      '\nThe demonstration: one event of each contract, published, delivered to a receiver on this machine, and verified there.\n',
    );
    let example = { key: '', endpoint: '' };
    for (const contract of contracts) {
      const made = await makeOrganization(api, contract.name, receiver.url);
      const publishedAt = performance.now();
      const event = exampleEvents[contract.name] ?? { type: 'demo.happened', data: { hello: 'world' } };
      const arrival = receiver.expect(contract, made.secret, longestWaitMs);
      await api.post('/v1/events', event, made.key);
      print(line(contract.name, event.type, await arrival, publishedAt));
      if (contract.name === 'standard') example = made;
    }
    print(closing(address, dataDir, example.key));
  } catch (error) {
    print(`The demonstration stopped: ${error instanceof Error ? error.message : String(error)}\n`);
  } finally {
    log.level = level;
  }
  // The receiver goes on: the next event is to arrive, too.
  receiver.report((receipt) =>
    print(
      `received ${receipt.path}: ${receipt.verified ? 'signature verified' : `refused (${receipt.detail})`}: ${receipt.body.slice(0, 300)}\n`,
    ),
  );
}

function print(text: string): void {
  process.stdout.write(text);
}

function line(contract: string, type: string, receipt: Receipt | null, publishedAt: number): string {
  if (receipt === null)
    return `  ✗ ${contract.padEnd(10)} ${type.padEnd(22)} nothing arrived within ${longestWaitMs / 1000} s\n`;
  const latency = `${(receipt.at - publishedAt).toFixed(1)} ms`.padStart(9);
  return receipt.verified
    ? `  ✓ ${contract.padEnd(10)} ${type.padEnd(22)} ${latency} from publish to receipt, signature verified\n`
    : `  ✗ ${contract.padEnd(10)} ${type.padEnd(22)} ${latency} received, but refused: ${receipt.detail}\n`;
}

function closing(address: string, dataDir: string, key: string): string {
  return `
Publish the next one; its receipt is printed here:

  curl ${address}/v1/events \\
    -H 'Authorization: Bearer ${key}' \\
    -H 'Content-Type: application/json' \\
    -d '{"type":"invoice.paid","data":{"invoice_id":"in_43","amount":2599}}'

What became of it:   curl ${address}/v1/deliveries -H 'Authorization: Bearer ${key}'
API reference:       ${address}/docs
The operator's token is in ${dataDir}/admin-token.

`;
}

interface Api {
  list(path: string): Promise<unknown[]>;
  post(path: string, body: unknown, token?: string): Promise<Record<string, string>>;
}

function createApi(address: string, adminToken: string): Api {
  async function call(
    method: 'GET' | 'POST',
    path: string,
    body: unknown,
    token = adminToken,
  ): Promise<Record<string, string>> {
    const answer = await request(`${address}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path} answered ${answer.statusCode}: ${text}`);
    return JSON.parse(text);
  }
  return {
    list: async (path) => {
      const { data } = await call('GET', path, undefined);
      return Array.isArray(data) ? data : [];
    },
    post: (path, body, token) => call('POST', path, body, token),
  };
}

async function makeOrganization(
  api: Api,
  contract: string,
  receiverUrl: string,
): Promise<{ key: string; endpoint: string; secret: string }> {
  const preset = contract === 'standard' ? {} : { preset: contract };
  const organization = await api.post('/v1/organizations', {
    name: `Demonstration of ${contract}`,
    slug: `demo-${contract}`,
    ...preset,
  });
  const key = await api.post(`/v1/organizations/${organization.id}/keys`, {
    name: 'Demonstration',
    scopes: ['*'],
  });
  const endpoint = await api.post(
    '/v1/endpoints',
    { url: `${receiverUrl}/${contract}`, events: ['*'], contract },
    key.secret,
  );
  return { key: key.secret ?? '', endpoint: endpoint.id ?? '', secret: endpoint.secret ?? '' };
}
