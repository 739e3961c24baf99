import { Stack, Text, Title } from '@mantine/core';
import type { AppVersion } from '@sluice/client';
import type { ReactNode } from 'react';
import { Quiet } from '../blocks/quiet.tsx';
import { type Paint, State } from '../blocks/state.tsx';
import { EventChips } from '../records/event-chips.tsx';
import { typeOf } from '../records/record-types.ts';
import { counted } from '../text/words.ts';
import {
  compareScopes,
  type ManifestWebhook,
  type Scope,
  type ScopeChange,
  type ScopeChangeKind,
} from './scopes.ts';
import { AccessState, FieldChips } from './scopes-view.tsx';
import './developer-hub.css';

const scopeMarks: Readonly<Record<ScopeChangeKind, { paint: Paint; word: string }>> = {
  added: { paint: 'good', word: 'Added' },
  widened: { paint: 'held', word: 'Widened' },
  changed: { paint: 'held', word: 'Changed' },
  narrowed: { paint: 'waiting', word: 'Narrowed' },
  removed: { paint: 'bad', word: 'Removed' },
  unchanged: { paint: 'idle', word: 'Unchanged' },
};
const webhookMarks = {
  added: { paint: 'good', word: 'Registered' },
  removed: { paint: 'bad', word: 'Removed' },
  unchanged: { paint: 'idle', word: 'Unchanged' },
} as const;
type WebhookChangeKind = keyof typeof webhookMarks;
const webhookKinds: readonly WebhookChangeKind[] = ['added', 'removed', 'unchanged'];

interface Props {
  /** As the API compared it with an earlier one. */
  readonly version: AppVersion;
  /** The scopes that it is compared with; none, where it is compared with nothing. */
  readonly before: readonly Scope[];
}

/** What one version changes against another: numbers first, then a line for each scope and webhook. */
export function DifferencesView({ version, before }: Props) {
  const { webhooks, consent } = version.differences;
  const scopes = compareScopes(before, version.scopes);
  const counts = (['added', 'widened', 'changed', 'narrowed', 'removed'] as const)
    .map((kind) => ({ ...scopeMarks[kind], count: scopes.filter((change) => change.kind === kind).length }))
    .filter(({ count, word }) => count > 0 || word !== 'Changed');
  return (
    <Stack gap="md">
      <Stack gap="xs">
        <Tally title="Scopes" counts={counts} />
        <Tally
          title="Webhooks"
          counts={webhookKinds.map((kind) => ({ ...webhookMarks[kind], count: webhooks[kind].length }))}
        />
      </Stack>
      <Text fz="sm">
        {consent.length === 0
          ? 'It asks for nothing beyond what the other one was given: no consent is needed.'
          : `Needs an administrator's consent to ${counted(consent.length, 'scope')}.`}
      </Text>
      <Rows title="Scopes" rows={scopes.map((change) => <ScopeRow key={change.type} change={change} />)} />
      <Rows
        title="Webhooks"
        rows={webhookKinds.flatMap((kind) =>
          webhooks[kind].map((webhook) => (
            <WebhookRow key={`${kind} ${JSON.stringify(webhook)}`} kind={kind} webhook={webhook} />
          )),
        )}
      />
    </Stack>
  );
}

function Rows({ title, rows }: { title: string; rows: readonly ReactNode[] }) {
  return (
    <div>
      <Title order={3} fz="sm" mb={6}>
        {title}
      </Title>
      {rows.length === 0 ? (
        <Quiet>None in either version.</Quiet>
      ) : (
        <ul className="difference-rows">{rows}</ul>
      )}
    </div>
  );
}

interface Count {
  readonly paint: Paint;
  readonly word: string;
  readonly count: number;
}

function Tally({ title, counts }: { title: string; counts: readonly Count[] }) {
  return (
    <div className="tally">
      {counts.map(({ paint, word, count }) => (
        <div key={word} className={count === 0 ? 'tally-none' : `tally-${paint}`}>
          <Text fz="lg" fw={650} lh={1.2} className="numbers">
            {count}
          </Text>
          <Text fz="xs">
            {title.toLowerCase()} {word.toLowerCase()}
          </Text>
        </div>
      ))}
    </div>
  );
}

function ScopeRow({ change: { type, kind, before, after } }: { change: ScopeChange }) {
  return (
    <li className="difference-row">
      <span className="difference-kind">
        <State paint={scopeMarks[kind].paint}>{scopeMarks[kind].word}</State>
      </span>
      <Text fz="sm" fw={600} className="mono">
        {type}
      </Text>
      <div className="difference-before">
        {before && <Side scope={before} other={after ?? before} as="removed" />}
      </div>
      <span className="difference-arrow" aria-hidden="true">
        {kind === 'unchanged' ? '=' : '→'}
      </span>
      <div className="difference-after">
        {after && kind !== 'unchanged' && <Side scope={after} other={before ?? after} as="added" />}
      </div>
    </li>
  );
}

function Side({ scope, other, as }: { scope: Scope; other: Scope; as: 'added' | 'removed' }) {
  return (
    <span className="chips">
      <AccessState access={scope.access} />
      <FieldChips fields={scope.fields} compared={{ fields: other.fields, as }} />
    </span>
  );
}

function WebhookRow({ kind, webhook }: { kind: WebhookChangeKind; webhook: ManifestWebhook }) {
  const type = typeOf(webhook);
  return (
    <li className="difference-row difference-row-wide">
      <span className="difference-kind">
        <State paint={webhookMarks[kind].paint}>{webhookMarks[kind].word}</State>
      </span>
      <EventChips events={webhook.actions.map((action) => `${type}.${action}`)} />
      <div className="difference-url">
        <Text className="mono">{webhook.url}</Text>
        <Text fz="xs" c="dimmed">
          {kind === 'unchanged' && 'Keeps its secret and its history'}
          {kind === 'removed' && 'What is queued for it is cancelled'}
          {kind === 'added' && 'Gets a secret of its own'}
        </Text>
      </div>
    </li>
  );
}
