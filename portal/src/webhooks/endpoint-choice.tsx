import { Select, type SelectProps, Text } from '@mantine/core';
import { isCalled, nameOf, type Webhook } from './webhook.ts';

type Named = Pick<Webhook, 'id' | 'name' | 'url'>;

interface Props extends Omit<SelectProps, 'data' | 'value' | 'onChange'> {
  readonly endpoints: readonly Named[];
  /** The id of an endpoint; `null`: every one. */
  readonly value: string | null;
  readonly onChange: (id: string | null) => void;
}

/** More would make the list slow to open; typing finds the others. */
const shownAtMost = 100;

/** One endpoint among all, found by its name, its URL or its id. */
export function EndpointChoice({ endpoints, value, onChange, ...looks }: Props) {
  const byId = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]));
  return (
    <Select
      aria-label="Endpoint"
      placeholder="Every endpoint"
      clearable
      searchable
      nothingFoundMessage="No endpoint is called that"
      data={endpoints.map((one) => ({ value: one.id, label: nameOf(one) }))}
      limit={shownAtMost}
      filter={({ options, search, limit }) =>
        options
          .filter((option) => {
            const endpoint = 'value' in option ? byId.get(option.value) : undefined;
            return endpoint !== undefined && isCalled(endpoint, search);
          })
          .slice(0, limit)
      }
      renderOption={({ option }) => <EndpointOption endpoint={byId.get(option.value)} />}
      {...looks}
      value={value}
      onChange={onChange}
    />
  );
}

/** Names may be given twice; the URL tells them apart. */
function EndpointOption({ endpoint }: { endpoint: Named | undefined }) {
  if (endpoint === undefined) return null;
  return (
    <div style={{ minWidth: 0, overflowWrap: 'anywhere' }}>
      {nameOf(endpoint)}
      {nameOf(endpoint) !== endpoint.url && (
        <Text fz="xs" c="dimmed">
          {endpoint.url}
        </Text>
      )}
    </div>
  );
}
