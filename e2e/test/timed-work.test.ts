import { createHmac } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type Api, makeOrganization } from '../src/api.ts';
import { type Cluster, startCluster } from '../src/cluster.ts';
import { makeDatabase, makeUsedFolder, type Place, postgresUrl } from '../src/places.ts';
import { killPrograms } from '../src/program.ts';
import { seededRandom } from '../src/random.ts';
import type { ServiceOptions } from '../src/service.ts';
import { pause, until } from '../src/waiting.ts';

const seed = Number(process.env.E2E_CRASH_SEED ?? Math.floor(Math.random() * 1_000_000));
const minuteMs = 60_000;
const schedules = 150;
const evaluations = 6;
const scenarios = 400;
/** Around the full minute at which all schedules come. */
const stormSeconds = 12;
/** The rest of a minute, the storm, starting again, leases of evaluations that end after a minute, on a busy machine. */
const timeout = 480_000;

const places: Place[] = [];
afterEach(async () => {
  await killPrograms();
  await Promise.all(places.splice(0).map((place) => place.remove()));
});
afterAll(killPrograms);

async function embedded(): Promise<Record<string, ServiceOptions>> {
  const place = await makeUsedFolder();
  places.push(place);
  return { everything: { dataDir: place.dataDir } };
}

async function onPostgres(): Promise<Record<string, ServiceOptions>> {
  const place = await makeDatabase();
  places.push(place);
  const options = { dataDir: place.dataDir, databaseUrl: place.databaseUrl };
  return {
    api: { ...options, roles: 'api' },
    'worker-1': { ...options, roles: 'worker' },
    'worker-2': { ...options, roles: 'worker' },
  };
}

interface Run {
  readonly at: string;
  readonly event_id: string | null;
}

interface ListedEvent {
  readonly id: string;
  readonly source: string;
  readonly occurred_at: string;
}

/** Schedules that come every minute and miss none. */
async function makeSchedules(api: Api): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < schedules; index += 1) {
    const body = {
      cron: '* * * * *',
      time_zone: 'UTC',
      type: 'minute.came',
      data: { index },
      catch_up: 'all',
    };
    ids.push((await api.post<{ id: string }>('/v1/schedules', body)).id);
  }
  return ids;
}

async function makeEvaluations(cluster: Cluster, api: Api & { readonly key: string }): Promise<string[]> {
  const rules = Array.from({ length: 40 }, (_, index) => ({
    code: `FLOORS-${index}`,
    schema: { properties: { floors: { maximum: index * 10 } } },
  }));
  const module = await signed(cluster, api.key, '/modules', { name: 'floors', rules });
  const ids: string[] = [];
  for (let count = 0; count < evaluations; count += 1) {
    const inputs = Array.from({ length: scenarios }, (_, floors) => ({
      name: `House ${floors}`,
      input: { floors },
    }));
    ids.push(
      (await signed(cluster, api.key, '/evaluations', { modules: [module.id], scenarios: inputs })).id,
    );
  }
  return ids;
}

async function signed(
  cluster: Cluster,
  key: string,
  path: string,
  body?: unknown,
): Promise<{ id: string; status: string }> {
  const whole = `/api/public/v1${path}`;
  const text = body === undefined ? '' : JSON.stringify(body);
  const method = body === undefined ? 'GET' : 'POST';
  const t = Math.floor(Date.now() / 1000);
  const v1 = createHmac('sha256', key).update(`${t}.${method}.${whole}.${text}`).digest('hex');
  const answer = await fetch(`${cluster.address()}${whole}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      'x-fb-signature': `t=${t},v1=${v1}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: text }),
  });
  const { data, error }: { data: { id: string; status: string }; error?: unknown } = JSON.parse(
    await answer.text(),
  );
  expect(error).toBeUndefined();
  return data;
}

describe.each([
  { name: 'embedded', available: true, members: embedded },
  { name: 'postgres', available: postgresUrl !== undefined, members: onPostgres },
])('processes that are killed while time passes ($name)', ({ name, available, members }) => {
  it.skipIf(!available)('publish each due time once, and end each evaluation once', { timeout }, async () => {
    const cluster = await startCluster(await members());
    const api = await makeOrganization(cluster.address, 'timed');
    const ids = await makeSchedules(api);
    const begun = await makeEvaluations(cluster, api);
    const untilStorm = minuteMs - (Date.now() % minuteMs) - (stormSeconds * 1000) / 3;
    if (untilStorm > 0) await pause(untilStorm);
    const kills = await cluster.crashForAWhile(seededRandom(seed), stormSeconds, [100, 900]);
    const lastDue = Math.floor(Date.now() / minuteMs) * minuteMs;

    const runs = new Map<string, Run[]>();
    for (const id of ids)
      runs.set(
        id,
        await until(
          `${id} has caught up`,
          async () => {
            const found = await api.all<Run>(`/v1/schedules/${id}/runs`);
            return found.some(({ at }) => Date.parse(at) >= lastDue) ? found : null;
          },
          180_000,
        ),
      );
    for (const [id, found] of runs) {
      const times = found.map(({ at }) => Date.parse(at)).sort((a, b) => a - b);
      const [first = 0] = times;
      expect(times, `seed ${seed}, ${id}`).toEqual(times.map((_, index) => first + index * minuteMs));
    }
    const events = (await api.all<ListedEvent>('/v1/events?type=minute.came')).filter(
      ({ occurred_at }) => Date.parse(occurred_at) <= lastDue,
    );
    const owed = [...runs.values()].flat().filter(({ at }) => Date.parse(at) <= lastDue);
    expect(events.map(({ id }) => id).sort(), `seed ${seed}`).toEqual(
      owed.map(({ event_id }) => event_id).sort(),
    );

    for (const id of begun)
      await until(
        `${id} is complete`,
        async () => (await signed(cluster, api.key, `/evaluations/${id}`)).status === 'complete',
        240_000,
      );
    const ended = await api.all<ListedEvent>('/v1/events?type=evaluation.complete');
    const told = await Promise.all(
      ended.map(
        async ({ id }) =>
          (await api.get<{ data: { evaluation_id: string; scenarios: unknown[] } }>(`/v1/events/${id}`)).data,
      ),
    );
    expect(told.map(({ evaluation_id }) => evaluation_id).sort()).toEqual([...begun].sort());
    for (const { scenarios: listed } of told) expect(listed).toHaveLength(scenarios);
    console.log(
      `${name}: seed ${seed}, ${kills} kills, ${events.length} due times, ${told.length} evaluations`,
    );
    expect(kills).toBeGreaterThan(2);
    expect(events.length).toBeGreaterThanOrEqual(schedules);
  });
});
