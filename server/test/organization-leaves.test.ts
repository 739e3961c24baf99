import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';
import { createTenant, type Tenant } from './support/tenant.ts';

describeOnEachDatabase('an organization that is deleted', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp(kind);
  });
  afterAll(() => app.close());

  const schema = { type: 'object' };

  /** Everything that makes a row of the organization. */
  const writes: readonly ((tenant: Tenant, workflowId: string) => Promise<{ status: number }>)[] = [
    (tenant) => tenant.post('/v1/keys', { name: 'late', scopes: ['*'] }),
    (tenant) => tenant.post('/v1/members', { email: 'late@example.com', name: 'Late', role: 'owner' }),
    (tenant) => tenant.post('/v1/endpoints', { url: 'http://127.0.0.1:9/', events: ['*'] }),
    (tenant) => tenant.post('/v1/events', { type: 'thing.held', data: { a: 1 } }),
    (tenant) => tenant.post('/v1/events', { type: 'thing.sent', data: { a: 1 }, id: 'late' }),
    (tenant) => tenant.post('/v1/apps', { name: 'late' }),
    (tenant) => tenant.post('/v1/workflows', { name: 'late' }),
    (tenant, workflowId) =>
      tenant.post('/v1/reviews', { workflow_id: workflowId, title: 'late', content: {} }),
    (tenant) => tenant.post('/v1/records/crm/late', { name: 'late' }),
    (tenant) =>
      tenant.post('/v1/schedules', { cron: '0 9 * * 1', time_zone: 'UTC', type: 'thing.sent', data: {} }),
  ];

  it('answers requests that come at the same time as if they came before or after it', async () => {
    const counts = new Map<number, number>();
    for (let round = 0; round < 12; round += 1) {
      const tenant = await createTenant(app);
      await tenant.endpoint('http://127.0.0.1:9/');
      const { body: workflow } = await tenant.post('/v1/workflows', { name: 'held' });
      await tenant.post('/v1/review-gates', { types: ['thing.held'], workflow_id: workflow.id });
      await app.call('PUT', '/v1/record-types/crm/late', { schema }, { token: tenant.key });
      const under = writes.slice(0, round % writes.length).map((write) => write(tenant, workflow.id));
      const leaving = tenant.end();
      const late = writes.map((write) => write(tenant, workflow.id));
      const answers = await Promise.all([...under, ...late]);
      await leaving;
      for (const { status } of answers) counts.set(status, (counts.get(status) ?? 0) + 1);
      expect((await tenant.get('/v1/me')).status).toBe(401);
    }
    for (const status of counts.keys()) expect([201, 202, 401, 404, 409, 422]).toContain(status);
  });
});
