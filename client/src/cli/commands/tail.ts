import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import type { DeliverySummary, ListDeliveriesQuery } from '../../api.gen.ts';
import { paint } from '../paint.ts';
import { print, sessionOf, wholeNumber } from '../session.ts';
import { plain } from '../text.ts';
import { paintedState } from './states.ts';

interface Options {
  readonly state?: NonNullable<ListDeliveriesQuery['state']>;
  readonly endpoint?: string;
  readonly type?: string;
  readonly count?: number;
}

/** Entries that are looked at each time: a change of an older delivery is not seen. */
const watched = 200;
const shownFirst = 10;
const everyMs = 1_000;

export function addTail(deliveries: Command): void {
  deliveries
    .command('tail')
    .description('print the last deliveries, then each new one and each change, until it is stopped')
    .option('--state <state>', 'only those that are pending, sending, delivered, failed, cancelled or held')
    .option('--endpoint <id>', 'only to this endpoint')
    .option('--type <type>', 'only of events of this type')
    .option('--count <count>', 'end after so many lines', wholeNumber(1, 1_000_000))
    .addHelpText(
      'after',
      `\nAsks once a second for the newest ${watched}. With --json, each line is one delivery.`,
    )
    .action(
      async ({ state, endpoint, type, count = Number.POSITIVE_INFINITY }: Options, command: Command) => {
        const { sluice, json } = sessionOf(command);
        const query = {
          limit: watched,
          ...(state === undefined ? {} : { state }),
          ...(endpoint === undefined ? {} : { endpoint_id: endpoint }),
          ...(type === undefined ? {} : { type }),
        };
        let seen: ReadonlyMap<string, string> | null = null;
        for (let lines = 0; ; await pause(everyMs)) {
          const { data } = await sluice.listDeliveries(query).page();
          for (const delivery of changesIn(data, seen)) {
            print(json ? `${JSON.stringify(delivery)}\n` : lineOf(delivery));
            lines += 1;
            if (lines >= count) return;
          }
          seen = new Map(data.map((delivery) => [delivery.id, stateOf(delivery)]));
        }
      },
    );
}

/** Oldest first; of what was there before, the last ones. */
function changesIn(
  newestFirst: readonly DeliverySummary[],
  seen: ReadonlyMap<string, string> | null,
): readonly DeliverySummary[] {
  const changed =
    seen === null
      ? newestFirst.slice(0, shownFirst)
      : newestFirst.filter((delivery) => seen.get(delivery.id) !== stateOf(delivery));
  return changed.toReversed();
}

function stateOf({ state, attempts }: DeliverySummary): string {
  return `${state} ${attempts}`;
}

function lineOf({ id, state, attempts, last_attempt, event_type, endpoint_id }: DeliverySummary): string {
  const answer = last_attempt === null ? '' : ` ${last_attempt.status ?? last_attempt.outcome}`;
  const tried = attempts === 0 ? '' : ` (attempt ${attempts}:${answer})`;
  return `${id} ${paintedState(paint, state)}${tried} ${plain(event_type)} to ${endpoint_id}\n`;
}
