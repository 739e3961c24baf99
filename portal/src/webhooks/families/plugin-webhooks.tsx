import type { FlowxtraGetWebhookAnswer } from '@sluice/client';
import { useMemo } from 'react';
import { api } from '../../api/client.ts';
import { useMe } from '../../api/session.ts';
import { PageLink, Section } from '../../blocks/page.tsx';
import { Quiet } from '../../blocks/quiet.tsx';
import { PluginEventsField } from '../events-fields.tsx';
import { PluginFacts } from '../plugin-facts.tsx';
import { PluginLogTable } from '../plugin-log.tsx';
import type { SampleDescription } from '../verify-sample.tsx';
import type { Webhook } from '../webhook.ts';
import type { WebhookValues } from '../webhook-draft.ts';
import type { FamilyWords, WebhookFamily } from '../webhook-family.ts';

type Answered = FlowxtraGetWebhookAnswer['data'];

/** A webhook of Flowxtra's plugin, which numbers its rows and shows no more of the secret than its end. */
export interface PluginWebhook extends Webhook {
  readonly secret: string;
  /** The latest attempts; only where one webhook is read by itself. */
  readonly logs: Answered['logs'];
}

const words: FamilyWords = {
  one: 'webhook',
  anyOne: 'a webhook',
  title: 'Webhooks',
  description: 'Your own systems are told about applications, jobs and meetings, signed, as they happen',
  purpose:
    'A webhook is a URL of yours with the events that it wants. It gets a secret that proves to your receiver who is calling.',
  secretNote:
    'From now on only its last six characters are shown. It verifies the header X-Flowxtra-Signature.',
  removal:
    'Its logs go with it, its secret is worth nothing any more, and what still waits for it is cancelled. This cannot be undone.',
};

/** What Flowxtra's receivers have to check. */
const sample: SampleDescription = {
  path: '/webhooks/flowxtra',
  signatureHeader: 'X-Flowxtra-Signature',
  scheme: 'sha256=',
  secretName: 'FLOWXTRA_SECRET',
  members: ['event', 'timestamp', 'data'],
  headers: {
    'X-Flowxtra-Signature': 'sha256= and the HMAC in hexadecimal',
    'X-Flowxtra-Event': 'The event, such as application.created',
    'X-Flowxtra-Delivery': 'A UUID, the same in every attempt',
  },
};

/**
 * Flowxtra's: those of its webhooks plugin, by the plugin's own API.
 * @param subdomain the slug of the organization
 */
export function pluginWebhooks(subdomain: string): WebhookFamily<PluginWebhook> {
  const tenant = { subdomain };
  const family: WebhookFamily<PluginWebhook> = {
    source: 'plugin',
    path: '/plugins/webhooks',
    arrangement: 'rows',
    switched: true,
    words,
    access: { read: 'endpoints:read', write: 'endpoints:write', what: 'webhooks' },
    list: async () => {
      const { data } = await api.flowxtraListWebhooks(tenant);
      return { data: data.map((one) => pluginWebhookOf({ ...one, logs: [] })), next_cursor: null };
    },
    get: async (id) => pluginWebhookOf((await api.flowxtraGetWebhook(id, tenant)).data),
    create: async ({ name, url = '', events = [] }) => {
      const { data } = await api.flowxtraCreateWebhook({ name: name ?? '', url, events }, tenant);
      return pluginWebhookOf({ ...data, logs: [] });
    },
    change: async (webhook, values) => {
      const changes = changesIn(webhook, values);
      if (Object.keys(changes).length > 0) await api.flowxtraChangeWebhook(webhook.id, changes, tenant);
    },
    remove: (id) => api.flowxtraDeleteWebhook(id, tenant),
    enable: (id) => api.flowxtraChangeWebhook(id, { status: true }, tenant),
    disable: (id) => api.flowxtraChangeWebhook(id, { status: false }, tenant),
    test: async (id) => {
      const { success, status_code: status, message } = (await api.flowxtraTestWebhook(id, tenant)).data;
      return { arrived: success, status, message };
    },
    form: {
      fields: () => ['url', 'events'],
      urlDescription: 'Where events are sent, as signed POST requests',
      urlPlaceholder: 'https://example.com/webhooks/flowxtra',
      namePlaceholder: 'Applicant tracking',
      nameRequired: true,
      events: [],
      noEvents: 'Choose at least one event.',
      Events: PluginEventsField,
    },
    eventsOf: ({ events }) => events.join(', '),
    Settings: ({ webhook }) => <PluginFacts family={family} webhook={webhook} />,
    Log: ({ webhook }) => <LatestLogs webhook={webhook} />,
    sample,
  };
  return family;
}

/** Those of the organization whose member is signed in. */
export function usePluginWebhooks(): WebhookFamily<PluginWebhook> {
  const { organization } = useMe();
  return useMemo(() => pluginWebhooks(organization.slug), [organization.slug]);
}

/** As the pages show it. The plugin knows no reason why a webhook is off. */
export function pluginWebhookOf({ id, name, status, ...others }: Answered): PluginWebhook {
  const { url, events, secret, created_at, logs } = others;
  return {
    ...{ id: String(id), name: name === '' ? null : name, url, events, secret, created_at, logs },
    ...{ enabled: status, disabled_reason: null, disabled_at: null },
  };
}

/** Only what was edited: a webhook made elsewhere may have what the plugin itself would refuse, such as no name. */
export function changesIn(
  before: Webhook,
  { name, url = before.url, events = before.events }: WebhookValues,
) {
  const sameEvents =
    events.length === before.events.length && events.every((event) => before.events.includes(event));
  return {
    ...(name === before.name ? {} : { name: name ?? '' }),
    ...(url === before.url ? {} : { url }),
    ...(sameEvents ? {} : { events }),
  };
}

function LatestLogs({ webhook: { id, logs } }: { webhook: PluginWebhook }) {
  return (
    <Section
      title="Latest logs"
      flush
      actions={
        <PageLink path={`/plugins/webhooks/${id}/logs`} fz="sm">
          All logs
        </PageLink>
      }
    >
      {logs.length === 0 ? (
        <Quiet px="md" pb="md">
          Nothing was sent yet. A test shows at once whether your receiver is there.
        </Quiet>
      ) : (
        <PluginLogTable webhookId={id} logs={logs} />
      )}
    </Section>
  );
}
