import { Tooltip } from '@mantine/core';
import { whenIs } from '../text/words.ts';

/** A moment in words; exactly, under the pointer. */
export function Moment({ at }: { at: string }) {
  const exactly = new Date(at).toLocaleString();
  return (
    <Tooltip label={exactly} withArrow>
      <time dateTime={at} style={{ whiteSpace: 'nowrap' }}>
        {whenIs(at, Date.now())}
      </time>
    </Tooltip>
  );
}
