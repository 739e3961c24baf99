import {
  ActionIcon,
  Button,
  Group,
  Input,
  NumberInput,
  Select,
  type SelectProps,
  SimpleGrid,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useContractChoices } from '../api/lists.ts';
import { fieldError } from '../blocks/field-errors.ts';
import { Icon } from '../blocks/icon.tsx';
import type { Webhook } from './webhook.ts';
import type { Draft, Field, Header } from './webhook-draft.ts';

interface SettingsProps {
  readonly fields: readonly Field[];
  /** What is there already; left out where one is added. */
  readonly webhook: Webhook | undefined;
  readonly draft: Draft;
  readonly set: (part: Partial<Draft>) => void;
  readonly error: Error | null;
}

/** How an endpoint is sent to, as far as its form asks for it. */
export function SettingsFields({ fields, webhook, draft, set, error }: SettingsProps) {
  return (
    <>
      {fields.includes('contract') && (
        <ContractField
          value={draft.contract}
          onChange={(contract) => set({ contract })}
          allowDeselect={webhook === undefined}
          error={fieldError(error, '/contract')}
        />
      )}
      {fields.includes('description') && (
        <Textarea
          label="Description"
          autosize
          minRows={2}
          value={draft.description}
          onChange={(event) => set({ description: event.currentTarget.value })}
          error={fieldError(error, '/description')}
        />
      )}
      {fields.includes('limits') && (
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <NumberInput
            {...wholeNumber}
            label="Deliveries a second at most"
            placeholder="No limit"
            value={draft.rateLimit}
            onChange={(rateLimit) => set({ rateLimit })}
            error={fieldError(error, '/rate_limit')}
          />
          <NumberInput
            {...wholeNumber}
            label="Timeout in seconds"
            placeholder="The contract's own"
            value={draft.timeout}
            onChange={(timeout) => set({ timeout })}
            error={fieldError(error, '/timeout_seconds')}
          />
        </SimpleGrid>
      )}
      {fields.includes('headers') && (
        <HeaderFields
          headers={draft.headers}
          kept={Object.keys(webhook?.headers ?? {})}
          onChange={(headers) => set({ headers })}
          error={fieldError(error, '/headers')}
        />
      )}
    </>
  );
}

const wholeNumber = { hideControls: true, allowDecimal: false };

function ContractField(props: Pick<SelectProps, 'value' | 'onChange' | 'allowDeselect' | 'error'>) {
  return (
    <Select
      label="Contract"
      description="The wire format that the receiver understands"
      data={useContractChoices()}
      placeholder="The organization's own"
      {...props}
    />
  );
}

interface HeadersProps {
  readonly headers: readonly Header[];
  /** Names of those that are there already; typing any replaces them all. */
  readonly kept: readonly string[];
  readonly onChange: (headers: readonly Header[]) => void;
  readonly error: string | null;
}

/** Headers that an endpoint wants with every request, such as one that its gateway asks for. */
function HeaderFields({ headers, kept, onChange, error }: HeadersProps) {
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
