import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Action, ReviewTask } from '../reviews/review.ts';
import type { ReviewApi } from '../reviews/review-api.ts';
import type { Host } from './host.ts';

const refreshMs = 4_000;
const keys = {
  tasks: ['tasks'],
  task: (id: string | null) => ['task', id],
  history: (id: string | null) => ['history', id],
};

/**
 * The tasks that the token may see, and the chosen one with its history, kept fresh.
 * @param picksFirst whether the first task is shown before one is chosen
 */
export function useTasks(api: ReviewApi, host: Host, picksFirst: boolean) {
  const [chosen, choose] = useState<string | null>(null);
  const tasks = useQuery({ queryKey: keys.tasks, queryFn: () => api.tasks(), refetchInterval: refreshMs });
  const list = tasks.data ?? [];
  const selected = chosen ?? (picksFirst ? (list[0]?.id ?? null) : null);
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
  const { isSuccess } = tasks;
  const count = list.length;
  useEffect(() => {
    if (isSuccess) host.tell({ type: 'review.loaded', tasks: count });
  }, [host, isSuccess, count]);
  return { tasks, list, selected, choose, task, history };
}

/**
 * Sends decisions, and tells the page around of them.
 * @param onSettled called when one was taken or refused
 */
export function useDecision(api: ReviewApi, host: Host, onSettled: () => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ of, action }: { of: ReviewTask; action: Action }) => api.act(of, action),
    onSuccess: (decided) => {
      queryClient.setQueryData(keys.task(decided.id), decided);
      host.tell({ type: 'review.decided', id: decided.id, status: decided.status });
    },
    onSettled: async (_decided, _error, { of: { id } }) => {
      onSettled();
      const stale = [keys.tasks, keys.task(id), keys.history(id)];
      await Promise.all(stale.map((queryKey) => queryClient.invalidateQueries({ queryKey })));
    },
  });
}
