import { describeFamily } from './conformance.ts';
import { expectDone, openTenant, withKey } from './family.ts';

/** A webhook that a manifest defines: made by installing, changed by upgrading, gone with the installation. */
describeFamily({
  name: "webhooks of apps' installations",
  async open(app) {
    const { tenant, contract } = await openTenant(app);
    await app.call(
      'PUT',
      '/v1/record-types/crm/account',
      { schema: { type: 'object' } },
      { token: tenant.key },
    );
    const apps = new Map<string, string>();
    let versions = 0;
    let records = 0;

    async function makeVersion(appId: string, url: string): Promise<string> {
      versions += 1;
      const version = `${versions}.0.0`;
      const scope = {
        module: 'crm',
        model: 'account',
        access: 'read',
        fields: ['name', `field_${versions}`],
      };
      const webhook = { module: 'crm', model: 'account', actions: ['create'], url };
      expectDone(
        await tenant.post(`/v1/apps/${appId}/versions`, { version, scopes: [scope], webhooks: [webhook] }),
      );
      return version;
    }

    return {
      ...{ tenant, contract },
      async create(url, key) {
        const known = key === undefined ? undefined : apps.get(key);
        const appId = known ?? expectDone(await tenant.post('/v1/apps', { name: 'Sync' })).body.id;
        const version = known === undefined ? await makeVersion(appId, url) : `${versions}.0.0`;
        if (key !== undefined) apps.set(key, appId);
        const request = { version, consent: true };
        return tenant.post(`/v1/apps/${appId}/installations`, request, withKey(key));
      },
      async made({ body }) {
        const [webhook] = body.webhooks;
        return { id: body.id, endpointId: webhook.endpoint_id, secret: webhook.secret };
      },
      read: (id) => tenant.get(`/v1/installations/${id}`),
      list: () => tenant.get('/v1/installations'),
      async change(id) {
        const { status, body } = await tenant.get(`/v1/installations/${id}`);
        const url = body.webhooks?.[0]?.url;
        // One that is removed at the same moment has no webhook any more; its upgrade is refused.
        const isThere = status === 200 && url !== undefined;
        const version = isThere ? await makeVersion(body.app_id, url) : '1.0.0';
        return tenant.post(`/v1/installations/${id}/upgrade`, { version, consent: true });
      },
      remove: (id) => tenant.remove(`/v1/installations/${id}`),
      publish() {
        records += 1;
        return tenant.post('/v1/records/crm/account', { name: `Account ${records}` });
      },
    };
  },
});
