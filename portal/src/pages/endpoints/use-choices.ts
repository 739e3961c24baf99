import { useQuery } from '@tanstack/react-query';
import { api, holds } from '../../app/api.ts';
import { useMe } from '../../app/use-me.ts';

/** What the form of an endpoint offers: names of the catalogue, and the contracts. */
export function useChoices(wanted: boolean) {
  const me = useMe();
  const eventTypes = useQuery({
    queryKey: ['event-types', 'names'],
    queryFn: async () => (await api.listEventTypes({ limit: 200 }).page()).data.map(({ name }) => name),
    enabled: wanted && holds(me, 'event_types:read'),
    staleTime: 60_000,
  });
  const contracts = useQuery({
    queryKey: ['contracts'],
    queryFn: async () => (await api.listContracts()).data,
    enabled: wanted,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return {
    eventTypes: eventTypes.data ?? [],
    contracts: (contracts.data ?? []).map(({ name, title }) => ({ value: name, label: title })),
  };
}
