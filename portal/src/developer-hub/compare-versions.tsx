import { Group, Select, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { keys } from '../api/cache.ts';
import { api } from '../api/client.ts';
import { Section } from '../blocks/page.tsx';
import { Quiet } from '../blocks/quiet.tsx';
import { Loaded } from '../blocks/waiting.tsx';
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
          {(['from', 'to'] as const).map((end) => (
            <Select
              key={end}
              label={end === 'from' ? 'From' : 'To'}
              data={[...versions]}
              value={end === 'from' ? from : to}
              onChange={(chosen) => onChange({ from, to, [end]: chosen })}
              searchable
              allowDeselect={false}
              maw={220}
            />
          ))}
        </Group>
        {from === null || to === null ? (
          <Quiet>Choose two versions.</Quiet>
        ) : (
          <Differences appId={appId} from={from} to={to} />
        )}
      </Stack>
    </Section>
  );
}

/** The differences of two versions, as the API compares them. */
function Differences({ appId, from, to }: { appId: string; from: string; to: string }) {
  return (
    <Loaded query={useComparison(appId, from, to)}>
      {({ before, after }) => <DifferencesView version={after} before={before.scopes} />}
    </Loaded>
  );
}

export function useComparison(appId: string, from: string | null, to: string | null) {
  return useQuery({
    queryKey: keys.apps.comparison(appId, from, to),
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
