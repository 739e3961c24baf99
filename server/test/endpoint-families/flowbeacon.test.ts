import { flowbeacon } from '../../src/products/flowbeacon/preset.ts';
import { createClient } from '../flowbeacon/client.ts';
import { describeFamily } from './conformance.ts';
import { expectDone, openTenant, withKey } from './family.ts';

describeFamily({
  name: "FlowBeacon's subscriptions",
  async open(app) {
    const { tenant, contract } = await openTenant(app, { preset: 'flowbeacon' });
    const client = createClient(app, tenant.key);
    const [type] = flowbeacon.eventTypes;
    return {
      ...{ tenant, contract },
      create: (url, key) =>
        client.call('POST', '/webhooks', { url, events: [type?.name] }, { headers: withKey(key) }),
      async made({ body }) {
        const { id, signing_secret: secret } = body.data;
        return { id, endpointId: id.replace('sub_', 'ep_'), secret };
      },
      list: () => client.call('GET', '/webhooks'),
      async rotate(id) {
        const answer = await client.call('POST', `/webhooks/${id}/rotate-secret`);
        return { answer, secret: answer.body.data?.signing_secret };
      },
      remove: (id) => client.call('DELETE', `/webhooks/${id}`),
      async publish() {
        expectDone(await tenant.post('/v1/events', { type: type?.name, data: type?.example }));
      },
    };
  },
});
