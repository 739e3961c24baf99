import { Alert, Button, Center, Loader, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { type OpenEmbedSessionAnswer, SluiceProblem } from '@sluice/client';
import { useState } from 'react';
import type { Step } from '../reviews/decision-form.tsx';
import type { ReviewTask } from '../reviews/review.ts';
import { decisionIn, isOver, type ReviewApi } from '../reviews/review-api.ts';
import { TaskList } from '../reviews/task-list.tsx';
import { TaskView } from '../reviews/task-view.tsx';
import type { Host } from './host.ts';
import { useDecision, useTasks } from './use-review.ts';
import { useShortcuts } from './use-shortcuts.ts';

interface Props {
  readonly api: ReviewApi;
  readonly session: OpenEmbedSessionAnswer;
  readonly host: Host;
}

/** The tasks that the token may see, the chosen one, and what may be done with it. */
export function EmbedPage({ api, session: { capabilities }, host }: Props) {
  const narrow = useMediaQuery('(max-width: 40em)') ?? false;
  const { tasks, list, selected, choose, task, history } = useTasks(api, host, !narrow);
  const [step, setStep] = useState<Step>('choose');
  const act = useDecision(api, host, () => setStep('choose'));
  const select = (id: string | null) => {
    choose(id);
    setStep('choose');
    act.reset();
  };
  // A task that was begun stays in view, also when it leaves the list because it was decided.
  const begin = (wanted: Step) => {
    choose(selected);
    setStep(wanted);
  };
  const move = (by: number) => {
    const next = neighbour(list, selected, by);
    if (next) select(next.id);
  };
  const beginIf = (wanted: Step, allowed: boolean) => {
    if (allowed && task.data?.status === 'pending') begin(wanted);
  };
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    a: () => beginIf('approve', capabilities.approve),
    r: () => beginIf('reject', capabilities.reject),
    e: () => beginIf('revise', capabilities.edit),
    Escape: () => setStep('choose'),
  });
  const ended = [tasks.error, task.error].find(isOver);
  if (ended) return <Ended detail={ended.detail} />;
  if (tasks.isPending) return <Waiting />;
  if (tasks.isError) return <Failed title="The tasks can’t be read" error={tasks.error} />;
  return (
    <div className={narrow ? 'narrow' : 'wide'}>
      <div className="quiet" aria-live="polite" role="status">
        {act.data && wordsOfDecision(act.data)}
      </div>
      {(!narrow || selected === null) &&
        (list.length === 0 ? (
          <Text>Nothing waits for a decision.</Text>
        ) : (
          <TaskList tasks={list} selected={selected} now={Date.now()} onSelect={select} />
        ))}
      {narrow && selected !== null && (
        <Button variant="default" onClick={() => select(null)} mb="md">
          All tasks
        </Button>
      )}
      <div>
        {act.error && !isConflict(act.error) && <Failed title="That did not work" error={act.error} />}
        {task.data && (
          <TaskView
            {...{ step, capabilities, busy: act.isPending, now: Date.now(), onStep: begin }}
            task={task.data}
            history={history.data ?? []}
            conflict={conflictIn(act.error)}
            onAct={(action) => task.data && act.mutate({ of: task.data, action })}
          />
        )}
      </div>
    </div>
  );
}

/** The task so many places further down the list; at its ends the list stops. */
function neighbour<Task extends { readonly id: string }>(
  tasks: readonly Task[],
  id: string | null,
  by: number,
) {
  const index = tasks.findIndex((task) => task.id === id);
  return tasks[Math.min(tasks.length - 1, Math.max(0, index + by))];
}

function wordsOfDecision({ title, status }: ReviewTask): string {
  return status === 'pending' ? `Your vote on ${title} counts.` : `${title}: ${status}.`;
}

/** Whether the task was decided or changed meanwhile. */
function isConflict(error: Error | null): error is SluiceProblem {
  return error instanceof SluiceProblem && error.status === 409;
}

function conflictIn(error: Error | null) {
  return isConflict(error) ? { decision: decisionIn(error), detail: error.detail } : null;
}

/** What went wrong, in the API's words where it was the API. */
export function wordsOf(error: Error): string {
  return error instanceof SluiceProblem ? error.detail : error.message;
}

function Failed({ title, error }: { title: string; error: Error }) {
  return (
    <Alert color="red" role="alert" title={title} mb="md">
      {wordsOf(error)}
    </Alert>
  );
}

export function Waiting() {
  return (
    <Center mih={120}>
      <Loader aria-label="Loading" />
    </Center>
  );
}

/** The token no longer lets anyone in. */
export function Ended({ detail }: { detail: string }) {
  return (
    <Alert color="orange" role="alert" title="This review is not open any more">
      {detail}
    </Alert>
  );
}
