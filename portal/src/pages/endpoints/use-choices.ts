import { useQuery } from '@tanstack/react-query';
import { api, holds } from '../../app/api.ts';
import { everyEntry, mostOnAPage } from '../../app/every-entry.ts';
import { useMe } from '../../app/use-me.ts';

/** The names of the catalogue; none where the member may not read it. */
export function useEventTypeNames(): readonly string[] {
  const me = useMe();
  const eventTypes = useQuery({
    queryKey: ['event-types', 'names'],
    queryFn: async () => {
      const types = await everyEntry(api.listEventTypes({ limit: mostOnAPage }));
      return types.map(({ name }) => name);
    },
    enabled: holds(me, 'event_types:read'),
    staleTime: 60_000,
  });
  return eventTypes.data ?? [];
}

/** What the form of an endpoint offers: names of the catalogue, and the contracts. */
export function useChoices() {
  const eventTypes = useEventTypeNames();
  const contracts = useQuery({
    queryKey: ['contracts'],
    queryFn: async () => (await api.listContracts()).data,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return {
    eventTypes,
    contracts: (contracts.data ?? []).map(({ name, title }) => ({ value: name, label: title })),
  };
}
