import { Button, Group, SegmentedControl } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { changed, keys, useChanged } from '../api/cache.ts';
import { api } from '../api/client.ts';
import { useUnread } from '../api/lists.ts';
import { usePages } from '../api/use-pages.ts';
import { Empty, PageHeader } from '../blocks/page.tsx';
import { Failure, Paged } from '../blocks/waiting.tsx';
import { InboxEntry } from '../notifications/inbox-entry.tsx';
import { MeetingsAhead } from '../notifications/meetings-ahead.tsx';
import '../notifications/notifications.css';

const refreshMs = 10_000;

/** The inbox of the member who is signed in. */
export function NotificationsPage() {
  const [shown, setShown] = useState('all');
  const unread = useUnread();
  const readAgain = useChanged();
  const entries = usePages(
    keys.notifications.list(shown),
    (cursor) =>
      api.listMyNotifications({ limit: 25, ...(shown === 'unread' && { unread: true }), ...cursor }).page(),
    refreshMs,
  );
  const readAll = useMutation({
    mutationFn: () => api.readMyNotifications(),
    onSuccess: () => readAgain(changed.inbox()),
  });
  return (
    <>
      <PageHeader
        title="Notifications"
        description={
          <span role="status">{unread === 0 ? 'You have read everything' : `${unread} unread`}</span>
        }
        actions={
          <Button
            variant="default"
            disabled={unread === 0}
            loading={readAll.isPending}
            onClick={() => readAll.mutate()}
          >
            Mark all as read
          </Button>
        }
      />
      {readAll.error && <Failure error={readAll.error} />}
      <div className="inbox">
        <div>
          <Group mb="md">
            <SegmentedControl
              aria-label="Which notifications"
              value={shown}
              onChange={setShown}
              data={[
                { value: 'all', label: 'All' },
                { value: 'unread', label: 'Unread' },
              ]}
            />
          </Group>
          <div className="card card-flush">
            <Paged pages={entries} empty={<NothingThere onlyUnread={shown === 'unread'} />}>
              {(items) => (
                <ul className="inbox-entries">
                  {items.map((entry) => (
                    <InboxEntry key={entry.id} entry={entry} />
                  ))}
                </ul>
              )}
            </Paged>
          </div>
        </div>
        <MeetingsAhead />
      </div>
    </>
  );
}

function NothingThere({ onlyUnread }: { onlyUnread: boolean }) {
  return onlyUnread ? (
    <Empty inSection title="Nothing unread">
      Whatever arrives next shows up here by itself.
    </Empty>
  ) : (
    <Empty inSection title="No notifications yet">
      You hear here of what is assigned to you, waits for your review, blocks you, or is about to begin.
    </Empty>
  );
}
