import { Badge, Group, NavLink, Stack, Text } from '@mantine/core';
import type { ReviewSummary } from '@sluice/client';
import { whenIs } from '../text/words.ts';

/** What waits for a decision. */
export function TaskList({
  tasks,
  selected,
  now,
  onSelect,
}: {
  tasks: readonly ReviewSummary[];
  selected: string | null;
  now: number;
  onSelect(id: string): void;
}) {
  return (
    <Stack component="nav" gap={2} aria-label="Tasks">
      {tasks.map((task) => (
        <NavLink
          key={task.id}
          component="button"
          type="button"
          active={task.id === selected}
          aria-current={task.id === selected ? 'true' : undefined}
          label={<Text lineClamp={2}>{task.title}</Text>}
          description={
            <Group gap={6} component="span">
              <span>{whenIs(task.created_at, now)}</span>
              {task.expires_at !== null && <span>· due {whenIs(task.expires_at, now)}</span>}
            </Group>
          }
          rightSection={
            task.priority === 'high' || task.priority === 'urgent' ? (
              <Badge color="#9a3412" variant="filled" size="sm">
                {task.priority}
              </Badge>
            ) : undefined
          }
          onClick={() => onSelect(task.id)}
        />
      ))}
    </Stack>
  );
}
