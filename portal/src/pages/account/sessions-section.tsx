import { Group, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { changed, keys } from '../../api/keys.ts';
import { useChanged } from '../../api/use-changed.ts';
import { usePages } from '../../api/use-pages.ts';
import { ConfirmButton } from '../../blocks/confirm-button.tsx';
import { Moment } from '../../blocks/moment.tsx';
import { Paged } from '../../blocks/paged.tsx';
import { Section } from '../../blocks/section.tsx';
import { State } from '../../blocks/state.tsx';
import { useGo } from '../../blocks/use-go.ts';
import { browserName } from '../../text/browser-name.ts';

export function SessionsSection() {
  const queryClient = useQueryClient();
  const readAgain = useChanged();
  const go = useGo();
  const sessions = usePages(keys.sessions, (cursor) => api.listSessions({ limit: 20, ...cursor }).page());
  const end = async (id: string, current: boolean) => {
    await api.endSession(id);
    if (!current) return readAgain(changed.sessions());
    go('/sign-in');
    queryClient.clear();
  };
  return (
    <Section title="Where you are signed in" flush>
      <Paged pages={sessions} empty={null}>
        {(items) => (
          <ul className="endpoint-rows">
            {items.map((session) => (
              <li key={session.id} className="endpoint-row">
                <div style={{ minWidth: 0 }}>
                  <Group gap="xs">
                    <Text fw={600}>{browserName(session.user_agent)}</Text>
                    {session.current && <State paint="good">This browser</State>}
                  </Group>
                  <Text fz="sm" c="dimmed">
                    {session.ip ?? 'unknown address'} · by {session.signed_in_by} · last used{' '}
                    <Moment at={session.last_used_at} />
                  </Text>
                </div>
                <div className="endpoint-health" />
                <ConfirmButton
                  size="xs"
                  question={session.current ? 'Sign out here?' : 'End this session?'}
                  consequence="Whoever uses that browser has to sign in again."
                  answer={session.current ? 'Sign out' : 'End it'}
                  onConfirm={() => end(session.id, session.current)}
                >
                  {session.current ? 'Sign out' : 'End'}
                </ConfirmButton>
              </li>
            ))}
          </ul>
        )}
      </Paged>
    </Section>
  );
}
