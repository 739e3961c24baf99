import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adminToken } from '../support/app.ts';
import { createTestDatabase, postgresUrl, type TestDatabase } from '../support/databases.ts';

interface Service {
  readonly url: string;
  /** Ends the process at once, without a chance to finish anything. */
  kill(): Promise<void>;
}

/** The service as a process of its own, which can die. */
async function startService(databaseUrl: string): Promise<Service> {
  const main = new URL('../../src/main.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [main], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      PORT: '0',
      DATABASE_URL: databaseUrl,
      SLUICE_ADMIN_TOKEN: adminToken,
      SLUICE_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
      SLUICE_LOG_LEVEL: 'silent',
      SLUICE_DEMO: '0',
    },
  });
  const exited = once(child, 'exit');
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /listens on (http:\S+)/.exec(line)?.[1];
    if (url !== undefined) return { url, kill };
  }
  await kill();
  throw new Error('The service did not start.');
}

describe.skipIf(postgresUrl === undefined)('an upgrade whose process dies half-way', () => {
  let database: TestDatabase;
  const services: Service[] = [];
  beforeEach(async () => {
    database = await createTestDatabase('postgres');
  });
  afterEach(async () => {
    for (const service of services.splice(0)) await service.kill();
    await database.drop();
  });

  const start = async () => {
    const service = await startService(database.url ?? '');
    services.push(service);
    return async (token: string, method: string, path: string, body?: unknown) => {
      const answer = await fetch(`${service.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return JSON.parse(await answer.text());
    };
  };

  it('leaves the configuration of the installed version, whole', async () => {
    const call = await start();
    const organization = { name: 'Portal', slug: 'portal', preset: 'flowlu' };
    const { id } = await call(adminToken, 'POST', '/v1/organizations', organization);
    const everything = { name: 'k', scopes: ['*'] };
    const { secret } = await call(adminToken, 'POST', `/v1/organizations/${id}/keys`, everything);
    const app = await call(secret, 'POST', '/v1/apps', { name: 'Sync' });
    const account = { module: 'crm', model: 'account' };
    const hook = (path: string) => ({ ...account, actions: ['create'], url: `http://127.0.0.1:9/${path}` });
    const version = (name: string, ...paths: string[]) =>
      call(secret, 'POST', `/v1/apps/${app.id}/versions`, {
        version: name,
        scopes: [{ ...account, access: 'read' }],
        webhooks: paths.map(hook),
      });
    await version('1.0.0', 'kept', 'old');
    await version('2.0.0', 'kept', 'new');
    const request = { version: '1.0.0', consent: true };
    const installed = await call(secret, 'POST', `/v1/apps/${app.id}/installations`, request);
    const before = await call(secret, 'GET', '/v1/endpoints');

    const { queries } = database.database;
    await queries.transaction().execute(async (tx) => {
      // The audit entry is the last that an upgrade writes: it stops there, with everything else done.
      await sql`lock table audit_log in exclusive mode`.execute(tx);
      const path = `/v1/installations/${installed.id}/upgrade`;
      const cut = call(secret, 'POST', path, { version: '2.0.0' }).then(
        () => 'answered',
        () => 'cut off',
      );
      await expect
        .poll(async () => {
          const { rows } = await sql`
            select 1 from pg_locks where relation = 'audit_log'::regclass and not granted`.execute(queries);
          return rows.length;
        })
        .toBe(1);
      await services.pop()?.kill();
      expect(await cut).toBe('cut off');
    });

    const again = await start();
    const left = await again(secret, 'GET', `/v1/installations/${installed.id}`);
    expect(left.version).toBe('1.0.0');
    const urls = (list: { url: string }[]) => list.map(({ url }) => url).sort();
    expect(urls(left.webhooks)).toEqual(urls(installed.webhooks));
    expect(await again(secret, 'GET', '/v1/endpoints')).toEqual(before);
    const path = `/v1/installations/${installed.id}/upgrade`;
    const upgraded = await again(secret, 'POST', path, { version: '2.0.0' });
    expect(urls(upgraded.webhooks)).toEqual(urls([hook('kept'), hook('new')]));
    expect(urls((await again(secret, 'GET', '/v1/endpoints')).data)).toEqual(urls(upgraded.webhooks));
  });
});
