import type { PortalStory } from './portal-story.ts';
import { until } from './waiting.ts';

export const account = { module: 'crm', model: 'account' };
export const lead = { module: 'crm', model: 'lead' };
/** What strangers write; it hurts where it becomes markup. */
export const hostile = '<img src=x onerror="window.hurt = 1">';

/** What happens behind the pages of a Flowlu organization: apps are made, and records change. */
export function flowluStory(story: PortalStory) {
  const hook = (type: object, actions: readonly string[], path: string) => ({
    ...type,
    actions,
    url: `${story.inbox.url}${path}`,
  });
  return {
    /** A webhook of a manifest. */
    hook,

    /** An app with two versions, the first one installed. */
    async makeApp(name: string, description: string | null = null): Promise<string> {
      const { organization } = story;
      const app = await organization.call('POST', '/v1/apps', { name, description });
      const versions = `/v1/apps/${app.id}/versions`;
      await organization.call('POST', versions, {
        version: '1.0.0',
        scopes: [{ ...account, access: 'read', fields: ['name', 'email'] }],
        webhooks: [hook(account, ['create', 'update'], '/app'), hook(account, ['delete'], '/gone')],
      });
      await organization.call('POST', versions, {
        version: '1.1.0',
        scopes: [
          { ...account, access: 'write', fields: ['name'] },
          { ...lead, access: 'read' },
        ],
        webhooks: [hook(account, ['create', 'update'], '/app'), hook(lead, ['create'], '/leads')],
      });
      const installations = `/v1/apps/${app.id}/installations`;
      await organization.call('POST', installations, { version: '1.0.0', consent: true });
      return app.id;
    },

    /** Changes an account twice, and waits until the webhook at a path was told. */
    async changeAccount(path: string): Promise<void> {
      const records = '/v1/records/crm/account';
      const told = () => story.inbox.requests.filter((request) => request.path === path).length;
      const before = told();
      const { id } = await story.organization.call('POST', records, { name: 'Example GmbH', phone: '030' });
      const change = { name: 'Example AG', phone: null, email: hostile };
      await story.organization.call('PATCH', `${records}/${id}`, change);
      await until('both changes', () => told() >= before + 2);
    },
  };
}
