import { Button, Text } from '@mantine/core';
import type { Meeting } from '@sluice/client';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { keys } from '../api/cache.ts';
import { api, everyEntry, mostOnAPage } from '../api/client.ts';
import { Moment } from '../blocks/moment.tsx';
import { Section } from '../blocks/page.tsx';
import { Quiet } from '../blocks/quiet.tsx';
import { Failure } from '../blocks/waiting.tsx';

const refreshMs = 60_000;
const nextFew = 8;

/** Meetings that the member is invited to and that are still to come, the next one first. */
export function MeetingsAhead() {
  const meetings = useQuery({
    queryKey: keys.meetings,
    queryFn: () =>
      everyEntry(
        api.listMyMeetings({ from: new Date().toISOString(), order: 'soonest', limit: mostOnAPage }),
      ),
    refetchInterval: refreshMs,
  });
  if (meetings.isPending) return null;
  return (
    <Section title="Meetings to come">
      {meetings.isError ? (
        <Failure error={meetings.error} onRetry={() => void meetings.refetch()} />
      ) : (
        <Meetings meetings={meetings.data.filter(({ cancelled_at }) => cancelled_at === null)} />
      )}
    </Section>
  );
}

function Meetings({ meetings }: { meetings: readonly Meeting[] }) {
  const [all, setAll] = useState(false);
  if (meetings.length === 0) return <Quiet>None. You are reminded ten minutes before one begins.</Quiet>;
  const shown = all ? meetings : meetings.slice(0, nextFew);
  return (
    <>
      <ul className="meetings">
        {shown.map(({ id, title, starts_at: startsAt, members }) => (
          <li key={id} className="meeting">
            <Text fw={600} className="inbox-title">
              {title}
            </Text>
            <Quiet>
              {new Date(startsAt).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })}
            </Quiet>
            <Quiet>
              <Moment at={startsAt} /> · {members.length === 1 ? 'you alone' : `${members.length} people`}
            </Quiet>
          </li>
        ))}
      </ul>
      {meetings.length > nextFew && (
        <Button variant="subtle" size="compact-sm" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? `Only the next ${nextFew}` : `All ${meetings.length}`}
        </Button>
      )}
    </>
  );
}
