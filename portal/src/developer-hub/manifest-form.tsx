import { Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import type { RecordType } from '@sluice/client';
import type { ReactNode } from 'react';
import { Icon } from '../blocks/icon.tsx';
import { typeOf } from '../records/record-types.ts';
import { isObject } from '../text/json.ts';
import { type ManifestDraft, newScope, newWebhook } from './manifest-draft.ts';
import { type ManifestProblem, problemAt } from './manifest-problems.ts';
import { Complaint, ScopeRow, WebhookRow } from './manifest-rows.tsx';

interface Props {
  readonly draft: ManifestDraft;
  readonly onChange: (draft: ManifestDraft) => void;
  readonly recordTypes: readonly RecordType[];
  readonly problems: readonly ManifestProblem[];
}

/** A manifest to fill in: a version, a row for each scope, a row for each webhook. */
export function ManifestForm({ draft, onChange, recordTypes, problems }: Props) {
  const { scopes, webhooks } = draft;
  const chosen = [...scopes, ...webhooks].flatMap(({ type }) => type ?? []);
  const types = [...new Set([...recordTypes.map(typeOf), ...chosen])];
  const problemsBelow = (pointer: string) => (part: string, inside?: boolean) =>
    problemAt(problems, `${pointer}${part}`, inside);
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
        onAdd={() => onChange({ ...draft, scopes: [...scopes, newScope()] })}
      >
        {scopes.map((scope, index) => (
          <ScopeRow
            key={scope.key}
            draft={scope}
            number={index + 1}
            types={types}
            fields={fieldsOf(recordTypes, scope.type)}
            problemIn={problemsBelow(`/scopes/${index}`)}
            onChange={(row) => onChange({ ...draft, scopes: replaced(scopes, scope, row) })}
          />
        ))}
      </Rows>
      <Rows
        title="Webhooks"
        hint="Which changes it hears of, and where; each needs a scope on the same records"
        addLabel="Add a webhook"
        problem={problemAt(problems, '/webhooks')}
        onAdd={() => onChange({ ...draft, webhooks: [...webhooks, newWebhook()] })}
      >
        {webhooks.map((webhook, index) => (
          <WebhookRow
            key={webhook.key}
            draft={webhook}
            number={index + 1}
            types={types}
            problemIn={problemsBelow(`/webhooks/${index}`)}
            onChange={(row) => onChange({ ...draft, webhooks: replaced(webhooks, webhook, row) })}
          />
        ))}
      </Rows>
    </Stack>
  );
}

/** The rows with one of them changed, or left out. */
function replaced<Row>(rows: readonly Row[], before: Row, after: Row | null): Row[] {
  return rows.flatMap((row) => (row === before ? (after === null ? [] : [after]) : [row]));
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
      <Complaint>{problem}</Complaint>
      <Stack gap="xs">{children}</Stack>
    </section>
  );
}

/** The fields of a record type, as its schema names them. */
function fieldsOf(recordTypes: readonly RecordType[], type: string | null): string[] {
  const schema = recordTypes.find((candidate) => typeOf(candidate) === type)?.schema;
  return isObject(schema) && isObject(schema.properties) ? Object.keys(schema.properties) : [];
}
