import { getContract, standard } from '@sluice/contracts';
import type { Logger } from '../base/log.ts';
import { type Api, createApi, type PresetAnswer } from './api.ts';
import { keep, readKept } from './kept.ts';
import { type Receipt, type Receiver, startReceiver } from './receiver.ts';

/** The running process, and its log. */
export interface Stage {
  readonly address: string;
  readonly adminToken: string;
  readonly dataDir: string;
  /** Only warnings are logged during the demonstration, so that its output can be read. */
  readonly log: Logger;
}

/** An organization of the demonstration and the event that it publishes. */
interface Scene {
  readonly contract: string;
  /** `null`: the organization adopts no product. */
  readonly preset: string | null;
  readonly event: { readonly type: string; readonly data: object };
}

const longestWaitMs = 10_000;
/** The address that `npx sluice` uses by default. */
const defaultAddress = 'http://127.0.0.1:4100';
const withoutPreset: Scene = {
  contract: standard.name,
  preset: null,
  event: { type: 'invoice.paid', data: { invoice_id: 'in_42', amount: 1999, currency: 'EUR' } },
};

/**
 * Shows on real traffic what the process does. For each preset, and for no preset, it creates an organization and an
 * endpoint at a receiver on loopback, publishes one event, and waits until the receiver has verified it. Uses only the
 * public API.
 */
export async function demonstrate({ address, adminToken, dataDir, log }: Stage): Promise<void> {
  const api = createApi(address, adminToken);
  if ((await api.list('/v1/organizations')).length > 0) return resume(api, address, dataDir);
  const level = log.level;
  log.level = 'warn';
  const receiver = await startReceiver();
  try {
    print(
      '\nThe demonstration: one event of each contract, published, delivered to a receiver on this machine, and verified there.\n',
    );
    let example = { id: '', slug: '', key: '', secret: '' };
    const organizations: { readonly id: string; readonly slug: string }[] = [];
    const secrets: Record<string, string> = {};
    for (const scene of [...(await api.presets()).map(sceneOf), withoutPreset]) {
      example = await makeOrganization(api, scene, receiver.url);
      organizations.push(example);
      secrets[scene.contract] = example.secret;
      print(await play(api, receiver, scene, example));
    }
    await keep(dataDir, { port: receiver.port, key: example.key, secrets });
    print(invitation(address, await makeLinks(api, organizations)));
    print(closing(address, dataDir, example.key));
  } catch (error) {
    print(`The demonstration stopped: ${error instanceof Error ? error.message : String(error)}\n`);
  } finally {
    log.level = level;
  }
  // The receiver stays, so that the events that the reader publishes arrive too.
  reportReceipts(receiver);
}

/** Starts the receiver again after a restart, at the address that the demonstration's endpoints have. */
export async function resumeDemonstration({ address, adminToken, dataDir }: Stage): Promise<void> {
  await resume(createApi(address, adminToken), address, dataDir);
}

async function resume(api: Api, address: string, dataDir: string): Promise<void> {
  const kept = await readKept(dataDir);
  if (kept === null || !(await api.knows(kept.key))) return;
  try {
    const receiver = await startReceiver(kept.port);
    for (const [name, secret] of Object.entries(kept.secrets)) {
      const contract = getContract(name);
      if (contract) receiver.trust(contract, secret);
    }
    reportReceipts(receiver);
    print(
      `\nThe receiver of the demonstration listens again.\n${signInHint(address)}${closing(address, dataDir, kept.key)}`,
    );
  } catch (error) {
    print(
      `The receiver of the demonstration could not listen again, so its deliveries will fail: ${error instanceof Error ? error.message : String(error)}\n`,
    );
  }
}

function reportReceipts(receiver: Receiver): void {
  receiver.report((receipt) =>
    print(
      `received ${receipt.path}: ${receipt.verified ? 'signature verified' : `refused (${receipt.detail})`}: ${receipt.body.slice(0, 300)}\n`,
    ),
  );
}

function print(text: string): void {
  process.stdout.write(text);
}

/** The organization of a product publishes the first example of the product's catalogue. */
function sceneOf({ name, default_contract, event_types: [first] }: PresetAnswer): Scene {
  const event = { type: first?.name ?? withoutPreset.event.type, data: first?.example ?? {} };
  return { contract: default_contract, preset: name, event };
}

async function play(
  api: Api,
  receiver: Receiver,
  { contract: name, event }: Scene,
  { key, secret }: { key: string; secret: string },
): Promise<string> {
  const contract = getContract(name);
  if (!contract) throw new Error(`This receiver does not know the contract ${name}.`);
  receiver.trust(contract, secret);
  const publishedAt = performance.now();
  const arrival = receiver.expect(contract, longestWaitMs);
  await api.post('/v1/events', event, key);
  const receipt = await arrival;
  return resultLine(
    `${name.padEnd(10)} ${event.type.padEnd(20)}`,
    receipt,
    publishedAt,
    await finalState(api, key),
  );
}

/** The state of the organization's one delivery when it has ended, or after 10 seconds. */
async function finalState(api: Api, key: string): Promise<string> {
  for (const since = performance.now(); ; ) {
    const [delivery] = await api.list<{ state: string }>('/v1/deliveries', key);
    const state = delivery?.state ?? 'nothing';
    if (!['pending', 'sending'].includes(state) || performance.now() - since > longestWaitMs) return state;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function resultLine(event: string, receipt: Receipt | null, publishedAt: number, state: string): string {
  if (receipt === null) return `  ✗ ${event} nothing arrived within ${longestWaitMs / 1000} s\n`;
  const latency = `${(receipt.at - publishedAt).toFixed(1)} ms`.padStart(9);
  return receipt.verified
    ? `  ✓ ${event} ${latency} from publish to receipt, signature verified, ledger: ${state}\n`
    : `  ✗ ${event} ${latency} received, but refused: ${receipt.detail}\n`;
}

function closing(address: string, dataDir: string, key: string): string {
  return `
Publish the next event; its receipt is printed here:

  curl ${address}/v1/events \\
    -H 'Authorization: Bearer ${key}' \\
    -H 'Content-Type: application/json' \\
    -d '{"type":"invoice.paid","data":{"invoice_id":"in_43","amount":2599}}'

Its deliveries:      curl ${address}/v1/deliveries -H 'Authorization: Bearer ${key}'
API reference:       ${address}/docs
The operator's token is in ${dataDir}/admin-token.

`;
}

/** Slug → a link that signs the owner of that organization in. */
async function makeLinks(
  api: Api,
  organizations: readonly { readonly id: string; readonly slug: string }[],
): Promise<Map<string, string>> {
  const links = new Map<string, string>();
  for (const { id, slug } of organizations) {
    const { url = '' } = await api.post(`/v1/organizations/${id}/sign-in-links`, {});
    links.set(slug, url);
  }
  return links;
}

function invitation(address: string, links: ReadonlyMap<string, string>): string {
  const lines = [...links].map(([slug, url]) => `  ${slug.padEnd(16)} ${url}\n`);
  return `
The portal is at ${address}. Each link signs the owner of one organization in, once, within an hour:

${lines.join('')}${signInHint(address)}`;
}

function signInHint(address: string): string {
  const where = address === defaultAddress ? '' : ` --url ${address}`;
  return `
A new sign-in link, at any time:  npx sluice sign-in-link demo-${standard.name}${where}
`;
}

async function makeOrganization(
  api: Api,
  { contract, preset }: Scene,
  receiverUrl: string,
): Promise<{ id: string; slug: string; key: string; secret: string }> {
  const slug = `demo-${contract}`;
  const organization = await api.post('/v1/organizations', {
    name: `Demonstration of ${contract}`,
    slug,
    preset,
  });
  const key = await api.post(`/v1/organizations/${organization.id}/keys`, {
    name: 'Demonstration',
    scopes: ['*'],
  });
  const owner = { email: `owner@${slug}.example`, name: 'Owner of the demonstration', role: 'owner' };
  await api.post('/v1/members', owner, key.secret);
  // Without a contract, so that the endpoint gets the organization's default.
  const endpoint = await api.post(
    '/v1/endpoints',
    { url: `${receiverUrl}/${contract}`, events: ['*'] },
    key.secret,
  );
  return { id: organization.id ?? '', slug, key: key.secret ?? '', secret: endpoint.secret ?? '' };
}
