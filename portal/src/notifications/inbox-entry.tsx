import { Anchor, Button, Group, Text, Title, VisuallyHidden } from '@mantine/core';
import type { MyNotification } from '@sluice/client';
import { useMutation } from '@tanstack/react-query';
import { changed, useChanged } from '../api/cache.ts';
import { api } from '../api/client.ts';
import { Icon } from '../blocks/icon.tsx';
import { Moment } from '../blocks/moment.tsx';
import { Quiet } from '../blocks/quiet.tsx';
import { type Paint, State } from '../blocks/state.tsx';
import { safeLink } from '../text/safe-link.ts';

const types: Readonly<Record<MyNotification['type'], readonly [word: string, paint: Paint]>> = {
  task_assigned: ['Assigned', 'waiting'],
  task_status: ['Status', 'waiting'],
  blocker: ['Blocker', 'bad'],
  review: ['Review', 'held'],
  meeting: ['Meeting', 'good'],
  weekly_digest: ['Weekly digest', 'idle'],
  'team_support.approved': ['Team support', 'good'],
  system: ['System', 'idle'],
};

/** One notification. All of it was written elsewhere: it is text, and a link only where it leads to a page. */
export function InboxEntry({ entry }: { entry: MyNotification }) {
  const readAgain = useChanged();
  const read = useMutation({
    mutationFn: () => api.readMyNotification(entry.id),
    onSuccess: () => readAgain(changed.inbox()),
  });
  const unread = entry.read_at === null;
  const [word, paint] = types[entry.type];
  return (
    <li className={unread ? 'inbox-entry inbox-unread' : 'inbox-entry'}>
      <span className="inbox-dot" aria-hidden="true" />
      <div className="inbox-text">
        <Group gap="xs">
          <State paint={paint}>{word}</State>
          <Quiet component="span">
            <Moment at={entry.created_at} />
          </Quiet>
        </Group>
        <Title order={2} fz="md" fw={unread ? 650 : 500} mt={4} className="inbox-title">
          {unread && <VisuallyHidden component="span">Unread: </VisuallyHidden>}
          {entry.title}
        </Title>
        {entry.body !== null && (
          <Text fz="sm" mt={2} className="inbox-body">
            {entry.body}
          </Text>
        )}
        {entry.url !== null && <Lead url={entry.url} onFollow={() => unread && read.mutate()} />}
      </div>
      {unread && (
        <Button
          size="xs"
          variant="default"
          loading={read.isPending}
          leftSection={<Icon name="check" size={14} />}
          aria-label={`Mark as read: ${entry.title}`}
          onClick={() => read.mutate()}
        >
          Mark as read
        </Button>
      )}
    </li>
  );
}

function Lead({ url, onFollow }: { url: string; onFollow: () => void }) {
  const link = safeLink(url);
  if (link === null)
    return (
      <Text className="mono" c="dimmed" mt={4}>
        {url}
      </Text>
    );
  return (
    <Anchor
      href={link.href}
      target="_blank"
      rel="noopener noreferrer"
      fz="sm"
      mt={4}
      display="inline-block"
      className="inbox-link"
      onClick={onFollow}
    >
      Open at {link.host}
      <VisuallyHidden component="span"> (in a new window)</VisuallyHidden>
    </Anchor>
  );
}
