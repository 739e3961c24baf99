import { ActionIcon, Button, Group, Input, Stack, Text, TextInput } from '@mantine/core';
import { Icon } from '../blocks/icon.tsx';
import type { Header } from './webhook-draft.ts';

interface Props {
  readonly headers: readonly Header[];
  /** Names of those that are there already; typing any replaces them all. */
  readonly kept: readonly string[];
  readonly onChange: (headers: readonly Header[]) => void;
  readonly error: string | null;
}

/** Headers that an endpoint wants with every request, such as one that its gateway asks for. */
export function HeaderFields({ headers, kept, onChange, error }: Props) {
  const change = (changed: Header) =>
    onChange(headers.map((header) => (header.number === changed.number ? changed : header)));
  const next = Math.max(0, ...headers.map(({ number }) => number)) + 1;
  return (
    <Input.Wrapper
      labelElement="div"
      label="Headers of its own"
      description="Sent with every request; values are kept encrypted and not shown again"
      error={error}
    >
      <Stack gap="xs" mt={4}>
        {kept.length > 0 && (
          <Text fz="sm">
            There are <span className="mono">{kept.join(', ')}</span>. What you add here takes their place.
          </Text>
        )}
        {headers.map((header, index) => (
          <Group key={header.number} gap="xs" wrap="nowrap" align="center">
            <TextInput
              aria-label={`Name of header ${index + 1}`}
              placeholder="X-Api-Key"
              value={header.name}
              onChange={(event) => change({ ...header, name: event.currentTarget.value })}
              flex={1}
            />
            <TextInput
              aria-label={`Value of header ${index + 1}`}
              value={header.value}
              onChange={(event) => change({ ...header, value: event.currentTarget.value })}
              flex={2}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Leave out header ${index + 1}`}
              onClick={() => onChange(headers.filter((other) => other !== header))}
            >
              <Icon name="trash" />
            </ActionIcon>
          </Group>
        ))}
        <Group>
          <Button
            variant="default"
            size="xs"
            leftSection={<Icon name="plus" size={14} />}
            onClick={() => onChange([...headers, { number: next, name: '', value: '' }])}
          >
            Add a header
          </Button>
        </Group>
      </Stack>
    </Input.Wrapper>
  );
}
