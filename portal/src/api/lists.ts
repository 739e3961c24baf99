import type { App, Installation, Listing } from '@sluice/client';
import { type QueryKey, useQuery } from '@tanstack/react-query';
import { keys } from './cache.ts';
import { api, everyEntry, mostOnAPage } from './client.ts';
import { useHolds, useMe } from './session.ts';

const query = { limit: mostOnAPage };
const freshMs = 60_000;

/** A list as a whole; asked for by those who hold the scope. */
function useEvery<Item>(queryKey: QueryKey, scope: string, list: () => Listing<Item>) {
  return useQuery({
    queryKey,
    queryFn: () => everyEntry(list()),
    enabled: useHolds(scope),
    staleTime: freshMs,
    refetchInterval: freshMs,
  });
}

/** All endpoints of the organization, for counting, naming and choosing them. */
export function useEveryEndpoint() {
  return useEvery(keys.webhooks.list('endpoints', 'every'), 'endpoints:read', () => api.listEndpoints(query));
}

/** All members; none where the reader may not see them, or while they are not there. */
export function useMembers() {
  return useEvery(keys.members, 'members:read', () => api.listMembers(query)).data ?? [];
}

/** The names of event types; none where the member may not read them. */
export function useEventTypeNames(): readonly string[] {
  const { data = [] } = useEvery(keys.eventTypes, 'event_types:read', () => api.listEventTypes(query));
  return data.map(({ name }) => name);
}

/** What records there are, with the names of their fields. */
export function useRecordTypes() {
  return useEvery(keys.recordTypes, 'record_types:read', () => api.listRecordTypes(query));
}

/** Every installation. An app has at most one. */
export function useInstallations() {
  return useEvery(keys.installations, 'apps:read', () => api.listInstallations(query));
}

/** An app that is installed, as its webhooks are shown with it. */
export interface InstalledApp {
  readonly app: App | undefined;
  readonly installation: Installation;
}

/** Every app that is installed; none where the member may not see apps, or while they are not there. */
export function useInstalledApps(): readonly InstalledApp[] {
  const { data: installations = [] } = useInstallations();
  const { data: apps = [] } = useEvery(keys.apps.list('every'), 'apps:read', () => api.listApps(query));
  return installations.map((installation) => ({
    app: apps.find(({ id }) => id === installation.app_id),
    installation,
  }));
}

/** The wire contracts, to choose from. */
export function useContractChoices() {
  const { data = [] } = useQuery({
    queryKey: keys.contracts,
    queryFn: async () => (await api.listContracts()).data,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return data.map(({ name, title }) => ({ value: name, label: title }));
}

/** What webhooks of Flowxtra's plugin can ask for. */
export function usePluginEvents() {
  const { organization } = useMe();
  return useQuery({
    queryKey: keys.pluginEvents,
    queryFn: async () => (await api.flowxtraListEvents({ subdomain: organization.slug })).data,
    staleTime: freshMs,
  });
}

/** How many notifications the member who is signed in has not read. */
export function useUnread(): number {
  const { data } = useQuery({
    queryKey: keys.notifications.count,
    queryFn: () => api.countMyUnreadNotifications(),
    refetchInterval: 15_000,
  });
  return data?.unread ?? 0;
}
