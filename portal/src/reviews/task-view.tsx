import { Alert, Badge, Card, Group, Stack, Text, Title } from '@mantine/core';
import type { ReviewHistoryEntry } from '@sluice/client';
import { whenIs } from '../text/words.ts';
import { toEditable } from './content.ts';
import { ContentView } from './content-view.tsx';
import { DecisionForm, type Step } from './decision-form.tsx';
import { DifferenceView } from './difference-view.tsx';
import { HistoryView } from './history-view.tsx';
import { type Action, type Capabilities, type Decision, nameOf, type ReviewTask } from './review.ts';

interface TaskViewProps {
  readonly task: ReviewTask;
  readonly history: readonly ReviewHistoryEntry[];
  readonly capabilities: Capabilities;
  readonly step: Step;
  readonly busy: boolean;
  readonly now: number;
  /** Why the last action did not happen. */
  readonly conflict: { readonly decision: Decision | null; readonly detail: string } | null;
  onStep(step: Step): void;
  onAct(action: Action): void;
}

const statusColors = {
  pending: 'blue.9',
  approved: '#1f6f31',
  rejected: 'red.9',
  revised: 'violet.9',
  expired: 'gray.7',
} as const;

/** One task: what it is, what was done to it, what can be done with it. */
export function TaskView({
  task,
  history,
  capabilities,
  step,
  busy,
  now,
  conflict,
  onStep,
  onAct,
}: TaskViewProps) {
  return (
    <Stack component="article" gap="md" aria-labelledby="task-title">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <Title order={2} size="h3" id="task-title" style={{ overflowWrap: 'anywhere' }}>
          {task.title}
        </Title>
        <Badge color={statusColors[task.status]} variant="filled" style={{ flexShrink: 0 }}>
          {task.status}
        </Badge>
      </Group>
      {conflict !== null && (
        <Alert color="orange" role="alert" title="Decided already">
          {conflict.decision === null
            ? conflict.detail
            : `This was ${conflict.decision.status} by ${nameOf(conflict.decision.by)} ${whenIs(conflict.decision.at, now)}. Your decision was not applied.`}
        </Alert>
      )}
      <Card withBorder padding="md">
        <ContentView content={task.content} contentType={task.content_type} label="Content under review" />
      </Card>
      {task.revision !== null && (
        <DifferenceView before={toEditable(task.content)} after={toEditable(task.revision)} />
      )}
      {task.approvals_needed > 1 && (
        <Text>
          {task.approvals} of {task.approvals_needed} approvals
        </Text>
      )}
      {task.decision !== null && <DecisionNote decision={task.decision} now={now} />}
      {task.status === 'pending' && (
        <DecisionForm
          task={task}
          capabilities={capabilities}
          step={step}
          busy={busy}
          onStep={onStep}
          onAct={onAct}
        />
      )}
      <HistoryView entries={history} now={now} />
    </Stack>
  );
}

function DecisionNote({ decision, now }: { decision: Decision; now: number }) {
  return (
    <Alert color="gray" title={`${decision.status} by ${nameOf(decision.by)} ${whenIs(decision.at, now)}`}>
      <Text style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {decision.reason ?? decision.comment ?? 'No comment.'}
      </Text>
    </Alert>
  );
}
