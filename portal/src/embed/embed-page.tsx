import { Alert, Button, Center, Loader, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { type OpenEmbedSessionAnswer, SluiceProblem } from '@sluice/client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Step } from '../reviews/decision-form.tsx';
import type { Action, ReviewTask } from '../reviews/review.ts';
import { decisionIn, isOver, type ReviewApi } from '../reviews/review-api.ts';
import { TaskList } from '../reviews/task-list.tsx';
import { TaskView } from '../reviews/task-view.tsx';
import type { Host } from './host.ts';
import { useShortcuts } from './use-shortcuts.ts';

const refreshMs = 4_000;
const keys = {
  tasks: ['tasks'],
  task: (id: string | null) => ['task', id],
  history: (id: string | null) => ['history', id],
};

/** The tasks that the token may see, the chosen one, and what may be done with it. */
interface Props {
  readonly api: ReviewApi;
  readonly session: OpenEmbedSessionAnswer;
  readonly host: Host;
}

export function EmbedPage({ api, session, host }: Props) {
  const queryClient = useQueryClient();
  const narrow = useMediaQuery('(max-width: 40em)') ?? false;
  const [chosen, setChosen] = useState<string | null>(null);
  const [step, setStep] = useState<Step>('choose');
  const [said, setSaid] = useState('');
  const tasks = useQuery({ queryKey: keys.tasks, queryFn: () => api.tasks(), refetchInterval: refreshMs });
  const list = tasks.data ?? [];
  const selected = chosen ?? (narrow ? null : (list[0]?.id ?? null));
  const task = useQuery({
    queryKey: keys.task(selected),
    queryFn: () => api.task(selected ?? ''),
    enabled: selected !== null,
    refetchInterval: refreshMs,
  });
  const history = useQuery({
    queryKey: [...keys.history(selected), task.data?.version],
    queryFn: () => api.history(selected ?? ''),
    enabled: selected !== null,
  });

  const act = useMutation({
    mutationFn: ({ of, action }: { of: ReviewTask; action: Action }) => api.act(of, action),
    onSuccess: (decided) => {
      queryClient.setQueryData(keys.task(decided.id), decided);
      setSaid(
        decided.status === 'pending'
          ? `Your vote on ${decided.title} counts.`
          : `${decided.title}: ${decided.status}.`,
      );
      host.tell({ type: 'review.decided', id: decided.id, status: decided.status });
    },
    onSettled: async (_decided, _error, { of: { id } }) => {
      setStep('choose');
      await Promise.all(
        [keys.tasks, keys.task(id), keys.history(id)].map((queryKey) =>
          queryClient.invalidateQueries({ queryKey }),
        ),
      );
    },
  });

  const loaded = tasks.isSuccess;
  const count = list.length;
  useEffect(() => {
    if (loaded) host.tell({ type: 'review.loaded', tasks: count });
  }, [host, loaded, count]);

  // Once somebody is at a task it stays in view, also when it leaves the list because it was decided.
  function begin(wanted: Step) {
    setChosen(selected);
    setStep(wanted);
  }

  function select(id: string | null) {
    setChosen(id);
    setStep('choose');
    act.reset();
  }

  const { capabilities } = session;
  const current = task.data;
  const move = (by: number) => {
    const index = list.findIndex((entry) => entry.id === selected);
    const next = list[Math.min(list.length - 1, Math.max(0, index + by))];
    if (next) select(next.id);
  };
  const beginIf = (wanted: Step, allowed: boolean) => {
    if (allowed && current?.status === 'pending') begin(wanted);
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
  if (tasks.isError)
    return (
      <Alert color="red" role="alert" title="The tasks can’t be read">
        {wordsOf(tasks.error)}
      </Alert>
    );

  const conflict =
    act.error instanceof SluiceProblem && act.error.status === 409
      ? { decision: decisionIn(act.error), detail: act.error.detail }
      : null;
  const failure = act.error !== null && conflict === null ? wordsOf(act.error) : null;
  return (
    <div className={narrow ? 'narrow' : 'wide'}>
      <div className="quiet" aria-live="polite" role="status">
        {said}
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
        {failure !== null && (
          <Alert color="red" role="alert" title="That did not work" mb="md">
            {failure}
          </Alert>
        )}
        {current && (
          <TaskView
            task={current}
            history={history.data ?? []}
            capabilities={capabilities}
            step={step}
            busy={act.isPending}
            now={Date.now()}
            conflict={conflict}
            onStep={begin}
            onAct={(action) => act.mutate({ of: current, action })}
          />
        )}
      </div>
    </div>
  );
}

/** What went wrong, in the API's words where it was the API. */
export function wordsOf(error: Error): string {
  return error instanceof SluiceProblem ? error.detail : error.message;
}

export function Waiting() {
  return (
    <Center mih={120}>
      <Loader aria-label="Loading" />
    </Center>
  );
}

/** The token no longer lets anybody in. */
export function Ended({ detail }: { detail: string }) {
  return (
    <Alert color="orange" role="alert" title="This review is not open any more">
      {detail}
    </Alert>
  );
}
