import { useQuery } from '@tanstack/react-query';
import { api } from './client.ts';
import { keys } from './keys.ts';

const refreshMs = 15_000;

/** How many notifications the member who is signed in has not read. */
export function useUnread(): number {
  const { data } = useQuery({
    queryKey: keys.notifications.count,
    queryFn: () => api.countMyUnreadNotifications(),
    refetchInterval: refreshMs,
  });
  return data?.unread ?? 0;
}
