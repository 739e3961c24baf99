import { ActionIcon, Button, Group, Input, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Icon } from './icon.tsx';

export interface Header {
  readonly id: number;
  readonly name: string;
  readonly value: string;
}

interface Props {
  readonly headers: readonly Header[];
  /** Names of those that are there already; typing any replaces them all. */
  readonly kept: readonly string[];
  readonly onChange: (headers: readonly Header[]) => void;
  readonly error: string | null;
}

/** Headers that an endpoint wants with every request, such as one that its gateway asks for. */
export function HeaderFields({ headers, kept, onChange, error }: Props) {
  const [next, setNext] = useState(0);
  const change = (id: number, part: Partial<Header>) =>
    onChange(headers.map((header) => (header.id === id ? { ...header, ...part } : header)));
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
          <Group key={header.id} gap="xs" wrap="nowrap" align="center">
            <TextInput
              aria-label={`Name of header ${index + 1}`}
              placeholder="X-Api-Key"
              value={header.name}
              onChange={(event) => change(header.id, { name: event.currentTarget.value })}
              flex={1}
            />
            <TextInput
              aria-label={`Value of header ${index + 1}`}
              value={header.value}
              onChange={(event) => change(header.id, { value: event.currentTarget.value })}
              flex={2}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Leave out header ${index + 1}`}
              onClick={() => onChange(headers.filter(({ id }) => id !== header.id))}
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
            onClick={() => {
              onChange([...headers, { id: next, name: '', value: '' }]);
              setNext(next + 1);
            }}
          >
            Add a header
          </Button>
        </Group>
      </Stack>
    </Input.Wrapper>
  );
}
