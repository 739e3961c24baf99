import { request as startRequest } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';
import { createTenant, type Tenant } from './support/tenant.ts';

const event = JSON.stringify({ type: 'a', data: {} });

describeOnEachDatabase('a request whose body is slow to come', (kind) => {
  let app: TestApp;
  let tenant: Tenant;

  beforeEach(async () => {
    app = await createTestApp(kind, { time: new Date('2026-04-06T14:30:00Z') });
    tenant = await createTenant(app);
  });
  afterEach(() => app.close());

  /** A key that publishes, and the half of a publish by it which the service has seen. */
  async function halfSent() {
    const { body: key } = await tenant.post('/v1/keys', { name: 'Slow', scopes: ['events:write'] });
    const headers = {
      authorization: `Bearer ${key.secret}`,
      'content-type': 'application/json',
      'content-length': event.length,
    };
    const sending = startRequest(`${app.url}/v1/events`, { method: 'POST', headers });
    const answered = new Promise<number>((resolve, reject) => {
      sending.on('error', reject);
      sending.on('response', (answer) => resolve(answer.resume().statusCode ?? 0));
    });
    sending.write(event.slice(0, 10));
    const lastUse = async () => {
      const { data } = (await tenant.get('/v1/keys')).body;
      return data.find(({ id }: { id: string }) => id === key.id).last_used_at;
    };
    await expect.poll(lastUse).not.toBeNull();
    return {
      keyId: key.id,
      finish: () => {
        sending.end(event.slice(10));
        return answered;
      },
    };
  }

  it('is refused when its key is revoked before that', async () => {
    const { keyId, finish } = await halfSent();
    app.drift(1_001);
    expect((await tenant.remove(`/v1/keys/${keyId}`)).status).toBe(204);
    expect(await finish()).toBe(401);
    expect((await tenant.get('/v1/events')).body.data).toEqual([]);
  });

  it('is taken when its key is still good', async () => {
    const { finish } = await halfSent();
    app.drift(30_000);
    expect(await finish()).toBe(202);
  });
});
