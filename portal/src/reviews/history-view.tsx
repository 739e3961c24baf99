import { Accordion, Text, Timeline } from '@mantine/core';
import type { ReviewHistoryEntry } from '@sluice/client';
import { whenIs } from '../text/words.ts';
import { nameOf } from './review.ts';

/** What was done to a task, oldest first. */
export function HistoryView({ entries, now }: { entries: readonly ReviewHistoryEntry[]; now: number }) {
  if (entries.length === 0) return null;
  return (
    <Accordion variant="contained">
      <Accordion.Item value="history">
        <Accordion.Control>History ({entries.length})</Accordion.Control>
        <Accordion.Panel>
          <Timeline active={entries.length} bulletSize={12} lineWidth={2}>
            {entries.map((entry) => (
              <Timeline.Item key={entry.version} title={`${entry.action} by ${nameOf(entry.by)}`}>
                <Text size="sm" className="quiet">
                  <time dateTime={entry.at}>{whenIs(entry.at, now)}</time>
                </Text>
                {(entry.reason ?? entry.comment) !== null && (
                  <Text style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
                    {entry.reason ?? entry.comment}
                  </Text>
                )}
              </Timeline.Item>
            ))}
          </Timeline>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}
