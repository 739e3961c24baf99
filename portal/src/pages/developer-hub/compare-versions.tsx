import { Group, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../app/api.ts';
import { Failure } from '../../blocks/failure.tsx';
import { Loading } from '../../blocks/loading.tsx';
import { Section } from '../../blocks/section.tsx';
import { DifferencesView } from './differences-view.tsx';

export interface Pair {
  readonly from: string | null;
  readonly to: string | null;
}

interface Props {
  readonly appId: string;
  /** Newest first. */
  readonly versions: readonly string[];
  readonly pair: Pair;
  readonly onChange: (pair: Pair) => void;
}

/** Any two versions beside each other. */
export function CompareVersions({ appId, versions, pair: { from, to }, onChange }: Props) {
  return (
    <Section title="Differences">
      <Stack gap="md">
        <Group gap="sm" align="flex-end">
          <Select
            label="From"
            data={[...versions]}
            value={from}
            onChange={(chosen) => onChange({ from: chosen, to })}
            searchable
            allowDeselect={false}
            maw={220}
          />
          <Select
            label="To"
            data={[...versions]}
            value={to}
            onChange={(chosen) => onChange({ from, to: chosen })}
            searchable
            allowDeselect={false}
            maw={220}
          />
        </Group>
        {from === null || to === null ? (
          <Text fz="sm" c="dimmed">
            Choose two versions.
          </Text>
        ) : (
          <Differences appId={appId} from={from} to={to} />
        )}
      </Stack>
    </Section>
  );
}

/** The differences of two versions, as the API compares them. */
function Differences({ appId, from, to }: { appId: string; from: string; to: string }) {
  const compared = useComparison(appId, from, to);
  if (compared.isPending) return <Loading />;
  if (compared.isError) return <Failure error={compared.error} onRetry={() => void compared.refetch()} />;
  return <DifferencesView version={compared.data.after} before={compared.data.before.scopes} />;
}

export function useComparison(appId: string, from: string | null, to: string | null) {
  return useQuery({
    queryKey: ['comparison', appId, from, to],
    queryFn: async () => {
      const [before, after] = await Promise.all([
        api.getAppVersion(appId, from ?? ''),
        api.getAppVersion(appId, to ?? '', { from: from ?? '' }),
      ]);
      return { before, after };
    },
    enabled: from !== null && to !== null,
    // Versions never change.
    staleTime: Number.POSITIVE_INFINITY,
  });
}
