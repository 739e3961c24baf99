import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from './api.ts';

const refreshMs = 15_000;

/** How many notifications the member who is signed in has not read. */
export function useUnread(): number {
  const { data } = useQuery({
    queryKey: ['notifications', 'count'],
    queryFn: () => api.countMyUnreadNotifications(),
    refetchInterval: refreshMs,
  });
  return data?.unread ?? 0;
}

/** Reads the inbox and its count anew. */
export function useRefreshInbox(): () => Promise<void> {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: ['notifications'] });
}
