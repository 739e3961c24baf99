import {
  ActionIcon,
  Button,
  Checkbox,
  Group,
  SegmentedControl,
  Select,
  Stack,
  TagsInput,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import type { RecordType } from '@sluice/client';
import type { ReactNode } from 'react';
import { recordActions, typeOf } from '../../apps/scopes.ts';
import { Icon } from '../../blocks/icon.tsx';
import {
  type ManifestDraft,
  newScope,
  newWebhook,
  type ScopeDraft,
  type WebhookDraft,
} from './manifest-draft.ts';
import { type ManifestProblem, problemAt } from './manifest-problems.ts';

interface Props {
  readonly draft: ManifestDraft;
  readonly onChange: (draft: ManifestDraft) => void;
  readonly recordTypes: readonly RecordType[];
  readonly problems: readonly ManifestProblem[];
}

/** A manifest to fill in: a version, a row for each scope, a row for each webhook. */
export function ManifestForm({ draft, onChange, recordTypes, problems }: Props) {
  const types = [
    ...new Set([
      ...recordTypes.map(typeOf),
      ...[...draft.scopes, ...draft.webhooks].flatMap(({ type }) => type ?? []),
    ]),
  ];
  const setScope = (changed: ScopeDraft) =>
    onChange({ ...draft, scopes: draft.scopes.map((one) => (one.key === changed.key ? changed : one)) });
  const setWebhook = (changed: WebhookDraft) =>
    onChange({ ...draft, webhooks: draft.webhooks.map((one) => (one.key === changed.key ? changed : one)) });
  return (
    <Stack gap="md">
      <TextInput
        label="Version"
        description="Semantic Versioning, such as 1.2.0; a version never changes"
        required
        value={draft.version}
        onChange={(event) => onChange({ ...draft, version: event.currentTarget.value })}
        error={problemAt(problems, '/version')}
        maw={260}
      />
      <Rows
        title="Scopes"
        hint="What it may see or write"
        addLabel="Add a scope"
        problem={problemAt(problems, '/scopes')}
        onAdd={() => onChange({ ...draft, scopes: [...draft.scopes, newScope()] })}
      >
        {draft.scopes.map((scope, index) => (
          <ScopeRow
            key={scope.key}
            scope={scope}
            number={index + 1}
            types={types}
            fieldsOf={fieldsOf(recordTypes, scope.type)}
            problemIn={(part, inside) => problemAt(problems, `/scopes/${index}${part}`, inside)}
            onChange={setScope}
            onRemove={() =>
              onChange({ ...draft, scopes: draft.scopes.filter(({ key }) => key !== scope.key) })
            }
          />
        ))}
      </Rows>
      <Rows
        title="Webhooks"
        hint="Which changes it hears of, and where; each needs a scope on the same records"
        addLabel="Add a webhook"
        problem={problemAt(problems, '/webhooks')}
        onAdd={() => onChange({ ...draft, webhooks: [...draft.webhooks, newWebhook()] })}
      >
        {draft.webhooks.map((webhook, index) => (
          <WebhookRow
            key={webhook.key}
            webhook={webhook}
            number={index + 1}
            types={types}
            problemIn={(part, inside) => problemAt(problems, `/webhooks/${index}${part}`, inside)}
            onChange={setWebhook}
            onRemove={() =>
              onChange({ ...draft, webhooks: draft.webhooks.filter(({ key }) => key !== webhook.key) })
            }
          />
        ))}
      </Rows>
    </Stack>
  );
}

interface RowsProps {
  readonly title: string;
  readonly hint: string;
  readonly addLabel: string;
  readonly problem: string | null;
  readonly onAdd: () => void;
  readonly children: ReactNode;
}

function Rows({ title, hint, addLabel, problem, onAdd, children }: RowsProps) {
  return (
    <section aria-label={title}>
      <Group justify="space-between" mb="xs">
        <div>
          <Title order={3} fz="sm">
            {title}
          </Title>
          <Text fz="xs" c="dimmed">
            {hint}
          </Text>
        </div>
        <Button variant="default" size="xs" leftSection={<Icon name="plus" size={14} />} onClick={onAdd}>
          {addLabel}
        </Button>
      </Group>
      {problem !== null && <Complaint>{problem}</Complaint>}
      <Stack gap="xs">{children}</Stack>
    </section>
  );
}

interface RowProps<Draft> {
  readonly number: number;
  readonly types: readonly string[];
  readonly problemIn: (part: string, inside?: boolean) => string | null;
  readonly onChange: (changed: Draft) => void;
  readonly onRemove: () => void;
}

function ScopeRow({
  scope,
  number,
  types,
  fieldsOf: fields,
  problemIn,
  onChange,
  onRemove,
}: RowProps<ScopeDraft> & { readonly scope: ScopeDraft; readonly fieldsOf: readonly string[] }) {
  const whole = problemIn('');
  return (
    <div className={whole === null ? 'manifest-row' : 'manifest-row manifest-row-bad'}>
      <Stack gap="xs">
        <Group gap="sm" align="flex-start" wrap="nowrap">
          <Select
            aria-label={`Records of scope ${number}`}
            placeholder="Records"
            data={[...types]}
            value={scope.type}
            onChange={(type) => onChange({ ...scope, type })}
            searchable
            flex={1}
            error={wrongType(scope.type, problemIn)}
          />
          <SegmentedControl
            aria-label={`Access of scope ${number}`}
            size="xs"
            data={[
              { value: 'read', label: 'Read' },
              { value: 'write', label: 'Write' },
            ]}
            value={scope.access}
            onChange={(access) => onChange({ ...scope, access: access === 'write' ? 'write' : 'read' })}
          />
          <Remove label={`Leave out scope ${number}`} onClick={onRemove} />
        </Group>
        <TagsInput
          aria-label={`Fields of scope ${number}`}
          placeholder={scope.fields.length === 0 ? 'All fields; or choose some' : ''}
          data={[...fields]}
          value={[...scope.fields]}
          onChange={(chosen) => onChange({ ...scope, fields: chosen })}
          error={problemIn('/fields', true)}
        />
        {whole !== null && <Complaint>{whole}</Complaint>}
      </Stack>
    </div>
  );
}

function WebhookRow({
  webhook,
  number,
  types,
  problemIn,
  onChange,
  onRemove,
}: RowProps<WebhookDraft> & { readonly webhook: WebhookDraft }) {
  const whole = problemIn('');
  const actionsProblem = problemIn('/actions', true);
  return (
    <div className={whole === null ? 'manifest-row' : 'manifest-row manifest-row-bad'}>
      <Stack gap="xs">
        <Group gap="sm" align="flex-start" wrap="nowrap">
          <Select
            aria-label={`Records of webhook ${number}`}
            placeholder="Records"
            data={[...types]}
            value={webhook.type}
            onChange={(type) => onChange({ ...webhook, type })}
            searchable
            flex={1}
            error={wrongType(webhook.type, problemIn)}
          />
          <Remove label={`Leave out webhook ${number}`} onClick={onRemove} />
        </Group>
        <Group gap="md" role="group" aria-label={`Actions of webhook ${number}`}>
          {recordActions.map((action) => (
            <Checkbox
              key={action}
              label={action}
              checked={webhook.actions.includes(action)}
              onChange={(event) =>
                onChange({
                  ...webhook,
                  actions: recordActions.filter((one) =>
                    one === action ? event.currentTarget.checked : webhook.actions.includes(one),
                  ),
                })
              }
            />
          ))}
        </Group>
        {actionsProblem !== null && <Complaint>{actionsProblem}</Complaint>}
        <TextInput
          aria-label={`URL of webhook ${number}`}
          placeholder="https://example.com/hooks/accounts"
          type="url"
          value={webhook.url}
          onChange={(event) => onChange({ ...webhook, url: event.currentTarget.value })}
          error={problemIn('/url')}
        />
        {whole !== null && <Complaint>{whole}</Complaint>}
      </Stack>
    </div>
  );
}

function wrongType(type: string | null, problemIn: (part: string) => string | null): string | null {
  const problem = problemIn('/module') ?? problemIn('/model');
  return problem !== null && type === null ? 'Choose the records that it is about.' : problem;
}

function Remove({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label} onClick={onClick}>
      <Icon name="trash" />
    </ActionIcon>
  );
}

function Complaint({ children }: { children: string }) {
  return (
    <Text fz="xs" c="var(--mantine-color-error)" role="alert" style={{ overflowWrap: 'anywhere' }}>
      {children}
    </Text>
  );
}

function fieldsOf(recordTypes: readonly RecordType[], type: string | null): string[] {
  const schema = recordTypes.find((candidate) => typeOf(candidate) === type)?.schema;
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties } = schema;
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
}
