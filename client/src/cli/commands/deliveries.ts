import type { Command } from 'commander';
import type { Attempt, Delivery, ListDeliveriesQuery } from '../../api.gen.ts';
import { paint } from '../paint.ts';
import { print, printJson, sessionOf, take, wholeNumber } from '../session.ts';
import { renderFields, renderTable } from '../table.ts';
import { duration, plain } from '../text.ts';
import { paintedState } from './states.ts';
import { addTail } from './tail.ts';

interface ListOptions {
  readonly state?: string;
  readonly endpoint?: string;
  readonly event?: string;
  readonly type?: string;
  readonly since?: string;
  readonly until?: string;
  readonly limit: number;
}

/** What lists and changes of deliveries answer, too. */
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

  deliveries
    .command('list')
    .description('list deliveries, newest first')
    .option('--state <state>', 'pending, sending, delivered, failed, cancelled or held')
    .option('--endpoint <id>', 'only to this endpoint')
    .option('--event <id>', 'only of this event')
    .option('--type <type>', 'only of events of this type')
    .option('--since <time>', 'made at or after this time')
    .option('--until <time>', 'made before this time')
    .option('--limit <count>', 'at most so many', wholeNumber(1, 100_000), 50)
    .action(async (options: ListOptions, command: Command) => {
      const { sluice, json } = sessionOf(command);
      const { limit, endpoint: endpoint_id, event: event_id, ...rest } = options;
      const query = { ...rest, endpoint_id, event_id, limit: Math.min(limit, 200) };
      const found = await take(sluice.listDeliveries(asQuery(query)), limit);
      if (json) return printJson(found);
      const rows = found.map((delivery) => [
        delivery.id,
        paintedState(paint, delivery.state),
        String(delivery.attempts),
        lastOf(delivery),
        delivery.event_type,
        plain(delivery.event_id),
        delivery.created_at,
      ]);
      print(renderTable(paint, ['DELIVERY', 'STATE', 'ATTEMPTS', 'LAST', 'TYPE', 'EVENT', 'MADE'], rows));
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

  for (const [name, description] of [
    ['retry', 'attempt a delivery now; a failed one begins a new round of its schedule'],
    ['cancel', 'cancel a delivery that has not ended'],
  ] as const) {
    deliveries
      .command(`${name} <id>`)
      .description(description)
      .action(async (id: string, _options: unknown, command: Command) => {
        const { sluice, json } = sessionOf(command);
        const delivery = name === 'retry' ? await sluice.retryDelivery(id) : await sluice.cancelDelivery(id);
        json ? printJson(delivery) : print(describe(delivery, []));
      });
  }
}

/** The API checks the values; here they are what was typed. */
function asQuery(given: object): ListDeliveriesQuery {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
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
