import { randomBytes } from 'node:crypto';
import { type Contract, contracts } from '@sluice/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Api, createApi } from '../src/api.ts';
import { probesOf } from '../src/forgeries.ts';
import { makeFolder, makeUsedFolder, type Place } from '../src/places.ts';
import { killPrograms } from '../src/program.ts';
import { type Language, languages, type RunningReceiver, startReceiverIn } from '../src/receivers.ts';
import { operatorToken, type Service, startService } from '../src/service.ts';
import { until } from '../src/waiting.ts';

interface Delivery {
  readonly id: string;
  readonly state: string;
  readonly event_type: string;
  readonly attempts: number;
}

interface Preset {
  readonly name: string;
  readonly default_contract: string;
  readonly event_types: readonly { readonly name: string; readonly example: object }[];
}

/** Bytes that only survive if nobody parses them on the way. */
const oddEvent = '{"type":"odd.bytes.update","data":{ "b":1, "a":1e131072, "b":"\\u0000 ☕", "c":[ ] }}';

let place: Place;
let service: Service;

beforeAll(async () => {
  place = await makeUsedFolder();
  service = await startService({ dataDir: place.dataDir });
});
afterAll(async () => {
  await killPrograms();
  await place.remove();
});

/** An organization that has adopted what goes with the contract, and what it then publishes. */
async function makePublisher(contract: string, slug: string): Promise<{ api: Api; events: string[] }> {
  const operator = createApi(() => service.address, operatorToken);
  const { data: presets } = await operator.get<{ data: Preset[] }>('/v1/presets');
  const preset = presets.find((candidate) => candidate.default_contract === contract);
  const made = await operator.post<{ id: string }>('/v1/organizations', {
    name: slug,
    slug,
    preset: preset?.name ?? null,
  });
  const key = await operator.post<{ secret: string }>(`/v1/organizations/${made.id}/keys`, {
    name: 'All',
    scopes: ['*'],
  });
  const examples = preset?.event_types ?? [{ name: 'invoice.paid', example: { amount: 1999 } }];
  return {
    api: createApi(() => service.address, key.secret),
    events: [...examples.map(({ name, example }) => JSON.stringify({ type: name, data: example })), oddEvent],
  };
}

describe.each(languages)('the receiver in $name', (language: Language) => {
  describe.skipIf(language.program === undefined)('as documented', () => {
    let folder: Place;
    beforeAll(async () => {
      folder = await makeFolder();
      await language.prepare?.(language.program ?? '', folder.dataDir);
    }, 300_000);
    afterAll(() => folder.remove());

    async function withReceiver(
      contract: Contract,
      use: (receiver: RunningReceiver, secret: string) => Promise<void>,
    ) {
      const secret = newSecret(contract);
      const receiver = await startReceiverIn(language, folder.dataDir, { contract: contract.name, secret });
      try {
        await use(receiver, secret);
      } finally {
        await receiver.stop();
      }
    }

    test.each(contracts)('takes what Sluice delivers: $name', async (contract) => {
      const { api, events } = await makePublisher(contract.name, `${language.name}-${contract.name}`);
      await withReceiver(contract, async (receiver, secret) => {
        const endpoint = await api.post<{ id: string; contract: string }>('/v1/endpoints', {
          url: receiver.url,
          events: ['*'],
          secret,
        });
        expect(endpoint.contract).toBe(contract.name);
        await Promise.all(events.map((event) => api.post('/v1/events', event)));
        const deliveries = await settled(api, endpoint.id, events.length);
        expect(deliveries.filter(({ state, attempts }) => state !== 'delivered' || attempts !== 1)).toEqual(
          [],
        );
        expect(await api.post(`/v1/endpoints/${endpoint.id}/test`)).toMatchObject({
          outcome: 'delivered',
          response: { status: 204 },
        });

        // The receiver keeps the old secret: it goes on where the contract lets both sign, and refuses where not.
        await api.post(`/v1/endpoints/${endpoint.id}/rotate-secret`);
        const grace = contract.secret.maxOverlapSeconds > 0;
        expect(await api.post(`/v1/endpoints/${endpoint.id}/test`)).toMatchObject(
          grace
            ? { outcome: 'delivered', response: { status: 204 } }
            : { outcome: 'http_error', response: { status: 401 } },
        );
      });
    });

    test.each(contracts)('refuses every forgery: $name', async (contract) => {
      await withReceiver(contract, async (receiver, secret) => {
        const { genuine, forged } = probesOf(contract, secret, newSecret(contract));
        for (const { name, headers, body } of genuine)
          expect([name, await receiver.send(headers, body)]).toEqual([name, 204]);
        const taken: [string, number][] = [];
        for (const { name, headers, body } of forged) {
          const status = await receiver.send(headers, body);
          if (status !== 401) taken.push([name, status]);
        }
        expect(taken).toEqual([]);
        const [first] = genuine;
        if (first) expect(await receiver.send(first.headers, first.body)).toBe(204);
      });
    });
  });
});

function newSecret(contract: Contract): string {
  return contract.secret.format(randomBytes(contract.secret.randomBytes));
}

/** Every delivery of an endpoint, once each has been tried. */
function settled(api: Api, endpointId: string, count: number): Promise<Delivery[]> {
  return until(`${count} deliveries`, async () => {
    const deliveries = await api.all<Delivery>(`/v1/deliveries?endpoint_id=${endpointId}`);
    return deliveries.length === count && deliveries.every(({ attempts }) => attempts > 0)
      ? deliveries
      : null;
  });
}
