import { scanJson } from '@sluice/contracts';
import type { Command } from 'commander';
import type { Event, EventSummary, ListEventsQuery } from '../../api.gen.ts';
import { addList } from '../list.ts';
import { paint } from '../paint.ts';
import { print, printJson, sessionOf } from '../session.ts';
import { renderFields, renderTable } from '../table.ts';
import { counted, plain, plainLines } from '../text.ts';
import { paintedState } from './states.ts';

export function addEvents(program: Command): void {
  const events = program.command('events').description('published events');

  addList<EventSummary, ListEventsQuery>(events, {
    description: 'list events, newest first',
    filters: {
      '--type <type>': 'only of this type',
      '--since <time>': 'published at or after this time',
      '--until <time>': 'published before this time',
    },
    list: (sluice, query) => sluice.listEvents(query),
    columns: {
      EVENT: ({ id }) => plain(id),
      TYPE: ({ type }) => type,
      SOURCE: ({ source }) => source,
      PUBLISHED: ({ created_at }) => created_at,
    },
  });

  events
    .command('show <id>')
    .description('one event with its data, and what it meant for each endpoint')
    .action(async (id: string, _options: unknown, command: Command) => {
      const { sluice, json } = sessionOf(command);
      const text = await sluice.send({ method: 'GET', path: `/v1/events/${encodeURIComponent(id)}` });
      if (json) return print(`${text}\n`);
      print(describe(JSON.parse(text), exactData(text)));
    });

  events
    .command('replay <id>')
    .description('deliver an event again, to every endpoint that it matches now or to one')
    .option('--endpoint <id>', 'only to this endpoint')
    .action(async (id: string, { endpoint }: { endpoint?: string }, command: Command) => {
      const { sluice, json } = sessionOf(command);
      const replayed = await sluice.replayEvent(id, endpoint === undefined ? {} : { endpoint_id: endpoint });
      if (json) return printJson(replayed);
      print(
        `${paint('green', 'replayed')} ${plain(replayed.id)}: goes to ${counted(replayed.deliveries, 'endpoint')}\n`,
      );
    });
}

function describe(event: Event, data: string): string {
  const fields: [string, string][] = [
    ['event', plain(event.id)],
    ['type', event.type],
    ['occurred', event.occurred_at],
    ['published', event.created_at],
    ...(event.deliver_at === null ? [] : [['deliver at', event.deliver_at] satisfies [string, string]]),
    ['data', plainLines(data)],
  ];
  const rows = event.trace.map((entry) => [
    entry.endpoint_id,
    entry.matched ? paint('green', 'matched') : paint('dim', entry.reason.replaceAll('_', ' ')),
    entry.state === null ? '' : paintedState(paint, entry.state),
    entry.delivery_id === null ? '' : String(entry.attempts),
    entry.delivery_id ?? '',
    plain(entry.url),
  ]);
  const head = ['ENDPOINT', 'WHY', 'STATE', 'ATTEMPTS', 'DELIVERY', 'URL'];
  const more = event.trace_complete
    ? ''
    : 'There are more endpoints; sluice deliveries list --event shows every delivery.\n';
  const trace =
    rows.length === 0 ? 'There is no endpoint that it could have gone to.\n' : renderTable(paint, head, rows);
  return `${renderFields(paint, fields)}\n${trace}${more}`;
}

/** The bytes of the data as they were published: parsing and re-encoding could change numbers and white space. */
function exactData(text: string): string {
  const bytes = Buffer.from(text);
  const scan = scanJson(bytes);
  const member = scan.ok ? scan.members.find(({ key }) => key === 'data') : undefined;
  return member === undefined ? '' : bytes.subarray(member.valueStart, member.valueEnd).toString();
}
