import { describeFamily } from './conformance.ts';
import { enginePaths, openTenant } from './family.ts';

describeFamily({
  name: 'integrations',
  async open(app) {
    const { tenant, contract } = await openTenant(app);
    const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
      app.call(method, path, body, { token: tenant.key, headers });
    return {
      ...{ tenant, contract },
      ...enginePaths(send, '/v1/integrations', (url) => ({ url })),
      publish: async () => void (await tenant.publish({ type: 'task_status', data: { title: 'Done' } })),
    };
  },
});
