import {
  ActionIcon,
  Checkbox,
  Group,
  SegmentedControl,
  Select,
  Stack,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core';
import type { ReactNode } from 'react';
import { Icon } from '../blocks/icon.tsx';
import { recordActions } from '../records/record-types.ts';
import type { ScopeDraft, WebhookDraft } from './manifest-draft.ts';

interface RowProps<Draft> {
  readonly draft: Draft;
  readonly number: number;
  /** The record types to choose from. */
  readonly types: readonly string[];
  /** What is wrong at a part of the row: `/url`; `inside` counts what is within the part as well. */
  readonly problemIn: (part: string, inside?: boolean) => string | null;
  /** `null`: the row is left out. */
  readonly onChange: (changed: Draft | null) => void;
}

interface ScopeProps extends RowProps<ScopeDraft> {
  readonly fields: readonly string[];
}

export function ScopeRow({ fields, ...row }: ScopeProps) {
  const { draft, number, problemIn, onChange } = row;
  const access = (
    <SegmentedControl
      aria-label={`Access of scope ${number}`}
      size="xs"
      data={[
        { value: 'read', label: 'Read' },
        { value: 'write', label: 'Write' },
      ]}
      value={draft.access}
      onChange={(chosen) => onChange({ ...draft, access: chosen === 'write' ? 'write' : 'read' })}
    />
  );
  return (
    <Row {...row} what="scope" beside={access}>
      <TagsInput
        aria-label={`Fields of scope ${number}`}
        placeholder={draft.fields.length === 0 ? 'All fields; or choose some' : ''}
        data={[...fields]}
        value={[...draft.fields]}
        onChange={(chosen) => onChange({ ...draft, fields: chosen })}
        error={problemIn('/fields', true)}
      />
    </Row>
  );
}

export function WebhookRow(row: RowProps<WebhookDraft>) {
  const { draft, number, problemIn, onChange } = row;
  const setAction = (action: (typeof recordActions)[number], wanted: boolean) =>
    onChange({
      ...draft,
      actions: recordActions.filter((one) => (one === action ? wanted : draft.actions.includes(one))),
    });
  return (
    <Row {...row} what="webhook">
      <Group gap="md" role="group" aria-label={`Actions of webhook ${number}`}>
        {recordActions.map((action) => (
          <Checkbox
            key={action}
            label={action}
            checked={draft.actions.includes(action)}
            onChange={(event) => setAction(action, event.currentTarget.checked)}
          />
        ))}
      </Group>
      <Complaint>{problemIn('/actions', true)}</Complaint>
      <TextInput
        aria-label={`URL of webhook ${number}`}
        placeholder="https://example.com/hooks/accounts"
        type="url"
        value={draft.url}
        onChange={(event) => onChange({ ...draft, url: event.currentTarget.value })}
        error={problemIn('/url')}
      />
    </Row>
  );
}

interface FrameProps<Draft> extends RowProps<Draft> {
  readonly what: 'scope' | 'webhook';
  readonly beside?: ReactNode;
  readonly children: ReactNode;
}

/** Which records a row is about, what else it says, and what is wrong with it. */
function Row<Draft extends { readonly type: string | null }>(props: FrameProps<Draft>) {
  const { draft, number, types, problemIn, onChange, what, beside, children } = props;
  const whole = problemIn('');
  const wrongType = problemIn('/module') ?? problemIn('/model');
  return (
    <div className={whole === null ? 'manifest-row' : 'manifest-row manifest-row-bad'}>
      <Stack gap="xs">
        <Group gap="sm" align="flex-start" wrap="nowrap">
          <Select
            aria-label={`Records of ${what} ${number}`}
            placeholder="Records"
            data={[...types]}
            value={draft.type}
            onChange={(type) => onChange({ ...draft, type })}
            searchable
            flex={1}
            error={
              wrongType !== null && draft.type === null ? 'Choose the records that it is about.' : wrongType
            }
          />
          {beside}
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={`Leave out ${what} ${number}`}
            onClick={() => onChange(null)}
          >
            <Icon name="trash" />
          </ActionIcon>
        </Group>
        {children}
        <Complaint>{whole}</Complaint>
      </Stack>
    </div>
  );
}

/** What the API says is wrong; nothing where it says nothing. */
export function Complaint({ children }: { children: string | null }) {
  if (children === null) return null;
  return (
    <Text fz="xs" c="var(--mantine-color-error)" role="alert" style={{ overflowWrap: 'anywhere' }}>
      {children}
    </Text>
  );
}
