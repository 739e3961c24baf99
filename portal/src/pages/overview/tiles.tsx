import { Text } from '@mantine/core';
import type { DeliverySummary, Endpoint } from '@sluice/client';
import { Quiet } from '../../blocks/quiet.tsx';
import { milliseconds, percent } from '../../text/words.ts';

/** The four numbers that say whether to look closer. */
export function Tiles({ deliveries, endpoints }: { deliveries: DeliverySummary[]; endpoints: Endpoint[] }) {
  const ended = deliveries.filter(({ state }) => state === 'delivered' || state === 'failed');
  const delivered = ended.filter(({ state }) => state === 'delivered');
  const waiting = deliveries.filter(({ state }) => state === 'pending' || state === 'sending');
  const held = deliveries.filter(({ state }) => state === 'held');
  const times = delivered.flatMap((delivery) => durationOf(delivery) ?? []).sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)];
  const disabled = endpoints.filter(({ enabled }) => !enabled).length;
  return (
    <div className="tiles">
      <Tile
        label="Delivered"
        value={ended.length === 0 ? '–' : percent(delivered.length / ended.length)}
        note={`${delivered.length} of ${ended.length} that ended`}
      />
      <Tile
        label="Half arrive within"
        value={median === undefined ? '–' : milliseconds(median)}
        note="from publish to receipt"
      />
      <Tile
        label="Waiting"
        value={String(waiting.length)}
        note={held.length === 0 ? 'for their next attempt' : `and ${held.length} held for review`}
      />
      <Tile
        label="Endpoints"
        value={String(endpoints.length)}
        note={disabled === 0 ? 'all enabled' : `${disabled} disabled`}
      />
    </div>
  );
}

function Tile({ label, value, note }: { label: string; value: string; note: string }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
    <div className="card tile" role="group" aria-label={label}>
      <Quiet>{label}</Quiet>
      <Text fz="1.625rem" fw={650} lh={1.25} className="numbers">
        {value}
      </Text>
      <Text fz="xs" c="dimmed">
        {note}
      </Text>
    </div>
  );
}

/** From publish to the end, in ms; `null` while it goes on. */
export function durationOf({ created_at, finished_at }: DeliverySummary): number | null {
  return finished_at === null ? null : Math.max(0, Date.parse(finished_at) - Date.parse(created_at));
}
