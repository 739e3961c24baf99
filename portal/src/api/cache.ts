import { type QueryKey, useQueryClient } from '@tanstack/react-query';

/** The parts of the API that webhooks are read from. */
export type WebhookSource = 'endpoints' | 'mine' | 'integrations' | 'plugin';

/** The keys of everything that is read. A key is also the beginning of all keys below it. */
export const keys = {
  me: ['me'],
  sessions: ['sessions'],
  members: ['members'],
  contracts: ['contracts'],
  eventTypes: ['event-types'],
  recordTypes: ['record-types'],
  meetings: ['meetings'],
  pluginEvents: ['plugin-events'],
  notifications: {
    all: ['notifications'],
    count: ['notifications', 'count'],
    list: (shown: string) => ['notifications', 'list', shown],
  },
  deliveries: {
    lists: ['deliveries', 'list'],
    list: (filter: unknown) => ['deliveries', 'list', filter],
    one: (id: string) => ['deliveries', 'one', id],
    /** With their count: another attempt is another list. */
    attempts: (id: string, count: number) => ['attempts', id, count],
  },
  webhooks: {
    lists: (source: WebhookSource) => ['webhooks', source, 'list'],
    list: (source: WebhookSource, filter: unknown = {}) => ['webhooks', source, 'list', filter],
    one: (source: WebhookSource, id: string) => ['webhooks', source, 'one', id],
    stats: (source: WebhookSource, id: string) => ['webhooks', source, 'stats', id],
    log: (source: WebhookSource, id: string, part: unknown = {}) => ['webhooks', source, 'log', id, part],
    logs: (source: WebhookSource, id: string) => ['webhooks', source, 'log', id],
  },
  apps: {
    lists: ['apps', 'list'],
    list: (part: 'pages' | 'every') => ['apps', 'list', part],
    one: (id: string) => ['apps', 'one', id],
    versions: (id: string) => ['apps', 'versions', id],
    version: (id: string, version: string) => ['apps', 'version', id, version],
    comparison: (id: string, from: string | null, to: string | null) => ['apps', 'comparison', id, from, to],
  },
  installations: ['installations'],
  tokens: (installationId: string) => ['tokens', installationId],
} as const;

/** For every change, the keys of what shows it: these are read again, and nothing else. */
export const changed = {
  webhook: (source: WebhookSource, id: string): QueryKey[] =>
    sourcesOf(source).flatMap((one) => [
      keys.webhooks.lists(one),
      keys.webhooks.one(one, id),
      keys.webhooks.stats(one, id),
      keys.webhooks.logs(one, id),
    ]),
  /** A webhook was added or deleted. What is gone itself is not asked for again. */
  webhooks: (source: WebhookSource): QueryKey[] => sourcesOf(source).map((one) => keys.webhooks.lists(one)),
  delivery: (id: string, endpointId: string): QueryKey[] => [
    keys.deliveries.one(id),
    keys.deliveries.lists,
    keys.webhooks.stats('endpoints', endpointId),
  ],
  /** The sending of a webhook was stopped, resumed or tested: its deliveries show it. */
  sending: (source: WebhookSource, id: string): QueryKey[] => [
    ...changed.webhook(source, id),
    keys.deliveries.lists,
  ],
  app: (id: string): QueryKey[] => [keys.apps.lists, keys.apps.one(id)],
  versions: (appId: string): QueryKey[] => [keys.apps.versions(appId)],
  /** An app was installed, upgraded or uninstalled, and its webhooks with it. */
  installation: (): QueryKey[] => [
    keys.installations,
    keys.webhooks.lists('endpoints'),
    keys.deliveries.lists,
  ],
  tokens: (installationId: string): QueryKey[] => [keys.tokens(installationId)],
  inbox: (): QueryKey[] => [keys.notifications.all],
  sessions: (): QueryKey[] => [keys.sessions],
  password: (): QueryKey[] => [keys.me, keys.sessions],
};

/** Every webhook is also an endpoint, which those who look after all endpoints see. */
function sourcesOf(source: WebhookSource): WebhookSource[] {
  return source === 'endpoints' ? [source] : [source, 'endpoints'];
}

/**
 * Reads again what a change has made out of date.
 * @example const readAgain = useChanged(); await readAgain(changed.webhook('mine', id));
 */
export function useChanged(): (keys: readonly QueryKey[]) => Promise<void> {
  const queryClient = useQueryClient();
  return async (keys) => {
    await Promise.all(keys.map((queryKey) => queryClient.invalidateQueries({ queryKey })));
  };
}
