import { application } from '../flowxtra/setting.ts';
import { describeFamily } from './conformance.ts';
import { expectDone, openTenant, withKey } from './family.ts';

let organizations = 0;

describeFamily({
  name: "Flowxtra's plugin",
  async open(app) {
    organizations += 1;
    const slug = `flowxtra-${organizations}`;
    const { tenant, contract } = await openTenant(app, { preset: 'flowxtra', slug });
    const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
      app.call(method, `/api/plugins/webhooks${path}?subdomain=${slug}`, body, {
        token: tenant.key,
        headers,
      });
    let changes = 0;
    return {
      ...{ tenant, contract },
      create: (url, key) =>
        send('POST', '', { name: 'Hook', url, events: ['application.created'] }, withKey(key)),
      async made({ body }) {
        const { data } = (await tenant.get('/v1/endpoints')).body;
        return { id: String(body.data.id), endpointId: data[0].id, secret: body.data.secret };
      },
      read: (id) => send('GET', `/${id}`),
      list: () => send('GET', ''),
      change: (id) => {
        changes += 1;
        return send('PUT', `/${id}`, { name: `Name ${changes}` });
      },
      enable: (id) => send('PUT', `/${id}`, { status: true }),
      disable: (id) => send('PUT', `/${id}`, { status: false }),
      test: (id) => send('POST', `/${id}/test`),
      remove: (id) => send('DELETE', `/${id}`),
      async publish() {
        expectDone(await tenant.post('/v1/events', { type: 'application.created', data: application }));
      },
    };
  },
});
