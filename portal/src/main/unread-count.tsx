import { VisuallyHidden } from '@mantine/core';
import { useUnread } from '../api/use-unread.ts';
import './unread-count.css';

const most = 99;

/** How much waits in the inbox; nothing where nothing does. */
export function UnreadCount() {
  const unread = useUnread();
  if (unread === 0) return null;
  return (
    <span className="unread-count numbers">
      {unread > most ? `${most}+` : unread}
      <VisuallyHidden component="span"> unread</VisuallyHidden>
    </span>
  );
}
