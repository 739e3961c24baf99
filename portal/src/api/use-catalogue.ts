import { useQuery } from '@tanstack/react-query';
import { api } from './client.ts';
import { keys } from './keys.ts';
import { everyEntry, mostOnAPage } from './listings.ts';
import { useHolds, useMe } from './session.ts';

/** The names of event types; none where the member may not read them. */
export function useEventTypeNames(): readonly string[] {
  const { data = [] } = useQuery({
    queryKey: keys.eventTypes,
    queryFn: () => everyEntry(api.listEventTypes({ limit: mostOnAPage })),
    enabled: useHolds('event_types:read'),
    staleTime: 60_000,
  });
  return data.map(({ name }) => name);
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

/** What records there are, with the names of their fields. */
export function useRecordTypes() {
  return useQuery({
    queryKey: keys.recordTypes,
    queryFn: () => everyEntry(api.listRecordTypes({ limit: mostOnAPage })),
    enabled: useHolds('record_types:read'),
    staleTime: 60_000,
  });
}

/** What webhooks of Flowxtra's plugin can ask for. */
export function usePluginEvents() {
  const { organization } = useMe();
  return useQuery({
    queryKey: keys.pluginEvents,
    queryFn: async () => (await api.flowxtraListEvents({ subdomain: organization.slug })).data,
    staleTime: 60_000,
  });
}
