/** What a stop does with attempts that are under way: it waits for them, and no longer than it was told to. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { makeOrganization } from '../src/api.ts';
import { makeUsedFolder, type Place } from '../src/places.ts';
import { killPrograms } from '../src/program.ts';
import { startService } from '../src/service.ts';
import { until } from '../src/waiting.ts';

const busyMs = 120_000;

const places: Place[] = [];
const servers: Server[] = [];
afterEach(async () => {
  await killPrograms();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await Promise.all(places.splice(0).map((place) => place.remove()));
});

/** A receiver that lets its answers wait until they are given. */
async function startHangingReceiver() {
  const waiting: ServerResponse[] = [];
  const server = createServer((message, response) => {
    message.resume();
    waiting.push(response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It does not listen.');
  return { url: `http://127.0.0.1:${address.port}/hook`, waiting };
}

/** A service with one delivery that its receiver does not answer. */
async function setUp(drainSeconds: number) {
  const place = await makeUsedFolder();
  places.push(place);
  const receiver = await startHangingReceiver();
  const environment = { SLUICE_DRAIN_SECONDS: String(drainSeconds), SLUICE_LOG_LEVEL: 'info' };
  const options = { dataDir: place.dataDir, environment };
  const service = await startService(options);
  let { address } = service;
  const api = await makeOrganization(() => address, 'stopped');
  await api.post('/v1/endpoints', { url: receiver.url, events: ['*'], timeout_seconds: 60 });
  await api.post('/v1/events', { type: 'thing.happened', data: {} });
  await until('the receiver has got it', () => receiver.waiting.length === 1);
  return {
    receiver,
    service,
    api,
    async startAgain() {
      ({ address } = await startService(options));
    },
  };
}

interface Delivered {
  readonly id: string;
  readonly state: string;
}

test('an attempt that outlasts the drain is cut off, kept and made again', { timeout: busyMs }, async () => {
  const { receiver, service, api, startAgain } = await setUp(1);
  expect(await service.terminate()).toMatchObject({ code: 0, signal: null });
  await startAgain();
  await until('the next attempt has come', () => receiver.waiting.length === 2);
  receiver.waiting[1]?.end();
  const deliveries = () => api.all<Delivered>('/v1/deliveries');
  await until('it is delivered', async () => (await deliveries())[0]?.state === 'delivered');
  const [delivery] = await deliveries();
  const attempts = await api.all(`/v1/deliveries/${delivery?.id}/attempts`);
  expect(attempts).toMatchObject([
    { outcome: 'unknown', request: { headers: { 'webhook-id': delivery?.id } } },
    { outcome: 'delivered' },
  ]);
});

test('an attempt that ends within the drain is waited for', { timeout: busyMs }, async () => {
  const { receiver, service, api, startAgain } = await setUp(60);
  const ended = service.terminate();
  await service.program.line(/"msg":"stopping"/);
  receiver.waiting[0]?.end();
  expect(await ended).toMatchObject({ code: 0, signal: null });
  await startAgain();
  expect(await api.all('/v1/deliveries')).toMatchObject([{ state: 'delivered', attempts: 1 }]);
});

test('a second signal ends it at once', { timeout: busyMs }, async () => {
  const { service } = await setUp(60);
  const ended = service.terminate();
  await service.program.line(/"msg":"stopping"/);
  service.program.signal('SIGTERM');
  expect(await ended).toMatchObject({ code: 1, signal: null });
});
