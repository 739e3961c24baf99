import { describeFamily } from './conformance.ts';
import { enginePaths, expectDone, openTenant } from './family.ts';

describeFamily({
  name: 'webhooks of members',
  async open(app) {
    const { tenant, contract } = await openTenant(app);
    const member = { name: 'Ann', email: 'ann@example.com', role: 'member' };
    const { id } = expectDone(await tenant.post('/v1/members', member)).body;
    const { secret: token } = expectDone(await tenant.post(`/v1/members/${id}/tokens`, { name: 'own' })).body;
    const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
      app.call(method, path, body, { token, headers });
    return {
      ...{ tenant, contract },
      ...enginePaths(send, '/v1/me/webhooks', (url) => ({ url })),
      publish: async () => void (await tenant.publish({ audience: { members: [id] } })),
    };
  },
});
