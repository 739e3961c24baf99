import type { Command } from 'commander';
import type { Attempt, Delivery, DeliverySummary, ListDeliveriesQuery } from '../../api.gen.ts';
import { addCommandsById } from '../commands-by-id.ts';
import { addList } from '../list.ts';
import { paint } from '../paint.ts';
import { print, printJson, sessionOf, take } from '../session.ts';
import { renderFields, renderTable } from '../table.ts';
import { duration, plain } from '../text.ts';
import { paintedState } from './states.ts';
import { addTail } from './tail.ts';

interface Filters extends Pick<ListDeliveriesQuery, 'state' | 'type' | 'since' | 'until'> {
  readonly endpoint?: string;
  readonly event?: string;
}

/** The members that every answer about one delivery has. */
type Shown = Pick<
  Delivery,
  | 'id'
  | 'event_id'
  | 'event_type'
  | 'endpoint_id'
  | 'contract'
  | 'state'
  | 'paused'
  | 'next_attempt_at'
  | 'last_attempt'
>;

const mostAttempts = 1_000;

export function addDeliveries(program: Command): void {
  const deliveries = program.command('deliveries').description('what became of events: the ledger');

  addList<DeliverySummary, Filters>(deliveries, {
    description: 'list deliveries, newest first',
    filters: {
      '--state <state>': 'pending, sending, delivered, failed, cancelled or held',
      '--endpoint <id>': 'only to this endpoint',
      '--event <id>': 'only of this event',
      '--type <type>': 'only of events of this type',
      '--since <time>': 'made at or after this time',
      '--until <time>': 'made before this time',
    },
    list: (sluice, { endpoint, event, ...query }) =>
      sluice.listDeliveries({
        ...query,
        ...(endpoint === undefined ? {} : { endpoint_id: endpoint }),
        ...(event === undefined ? {} : { event_id: event }),
      }),
    columns: {
      DELIVERY: ({ id }) => id,
      STATE: ({ state }) => paintedState(paint, state),
      ATTEMPTS: ({ attempts }) => String(attempts),
      LAST: lastOf,
      TYPE: ({ event_type }) => event_type,
      EVENT: ({ event_id }) => plain(event_id),
      MADE: ({ created_at }) => created_at,
    },
  });

  addTail(deliveries);

  deliveries
    .command('show <id>')
    .description('one delivery with its attempts')
    .action(async (id: string, _options: unknown, command: Command) => {
      const { sluice, json } = sessionOf(command);
      const delivery = await sluice.getDelivery(id);
      const attempts = await take(sluice.listAttempts(id, { limit: 200 }), mostAttempts);
      if (json) return printJson({ ...delivery, attempts });
      print(describe(delivery, attempts));
    });

  addCommandsById(
    deliveries,
    {
      retry: {
        description: 'attempt a delivery now; if that fails, the retry delays begin again',
        call: (sluice, id) => sluice.retryDelivery(id),
      },
      cancel: {
        description: 'cancel a delivery that has not ended',
        call: (sluice, id) => sluice.cancelDelivery(id),
      },
    },
    (delivery) => describe(delivery, []),
  );
}

function lastOf({ last_attempt }: Shown): string {
  if (last_attempt === null) return '';
  return last_attempt.status === null ? last_attempt.outcome : String(last_attempt.status);
}

function describe(delivery: Shown, attempts: readonly Attempt[]): string {
  const fields: [string, string][] = [
    ['delivery', delivery.id],
    ['event', `${plain(delivery.event_id)} ${delivery.event_type}`],
    ['endpoint', `${delivery.endpoint_id} (${delivery.contract})`],
    [
      'state',
      paintedState(paint, delivery.state) + (delivery.paused ? ', waits for its endpoint to be enabled' : ''),
    ],
    ...(delivery.next_attempt_at === null
      ? []
      : [['next attempt', delivery.next_attempt_at] satisfies [string, string]]),
  ];
  if (attempts.length === 0) return renderFields(paint, fields);
  const rows = attempts.map((attempt) => [
    String(attempt.number),
    attempt.started_at,
    paintedState(paint, attempt.outcome),
    attempt.response === null ? '' : String(attempt.response.status),
    attempt.timings_ms === null ? '' : duration(attempt.timings_ms.total),
    plain(attempt.error ?? attempt.response?.body ?? '').slice(0, 80),
  ]);
  const head = ['ATTEMPT', 'AT', 'OUTCOME', 'STATUS', 'TIME', 'ANSWER'];
  return `${renderFields(paint, fields)}\n${renderTable(paint, head, rows)}`;
}
