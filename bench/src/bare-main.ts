/** The limit: what is left of a delivery when nothing is stored. Signs and sends in a loop, for a while. */
import { randomUUID } from 'node:crypto';
import { contracts, sign } from '@sluice/contracts';
import { Agent } from 'undici';

const [url = '', seconds = '5', atOnce = '64'] = process.argv.slice(2);
const contract = contracts.find(({ name }) => name === 'standard');
if (!contract) throw new Error('There is no contract "standard".');
const secret = contract.secret.format(new Uint8Array(contract.secret.randomBytes).fill(7));
const { origin, pathname } = new URL(url);
const agent = new Agent({ connections: null, pipelining: 1 });
const data = Buffer.from(JSON.stringify({ sequence: 1, invoice_id: 'in_42', amount: 1999, currency: 'EUR' }));
const end = performance.now() + Number(seconds) * 1000;
let count = 0;

async function loop(): Promise<void> {
  if (!contract) return;
  while (performance.now() < end) {
    const deliveryUuid = randomUUID();
    const event = {
      id: deliveryUuid,
      type: 'bench.happened',
      data,
      occurredAt: new Date(),
      organizationId: 'org',
    };
    const body = contract.encode(event);
    const at = new Date();
    const headers = sign(
      contract,
      { event, deliveryId: deliveryUuid, deliveryUuid, body, attemptedAt: at, roundStartedAt: at },
      [secret],
    );
    const answer = await agent.request({ origin, path: pathname, method: 'POST', headers, body });
    await answer.body.dump();
    count += 1;
  }
}

const since = performance.now();
await Promise.all(Array.from({ length: Number(atOnce) }, loop));
process.stdout.write(`${JSON.stringify({ count, seconds: (performance.now() - since) / 1000 })}\n`);
await agent.close();
