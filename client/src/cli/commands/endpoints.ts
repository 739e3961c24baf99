import type { Command } from 'commander';
import type { Attempt, CreateEndpointBody, Endpoint } from '../../api.gen.ts';
import { addCommandsById } from '../commands-by-id.ts';
import { reportAndExitCode } from '../doctor/report.ts';
import { exitCodes } from '../failures.ts';
import { addList } from '../list.ts';
import { paint } from '../paint.ts';
import { print, printJson, sessionOf, wholeNumber } from '../session.ts';
import { renderFields } from '../table.ts';
import { duration, plain } from '../text.ts';
import { paintedState } from './states.ts';

interface CreateOptions {
  readonly events: string;
  readonly contract?: string;
  readonly name?: string;
}

export function addEndpoints(program: Command): void {
  const endpoints = program.command('endpoints').description('receivers: their URLs, events and secrets');

  addList(endpoints, {
    description: 'list endpoints, newest first',
    list: (sluice, query) => sluice.listEndpoints(query),
    columns: {
      ENDPOINT: ({ id }) => id,
      STATE: ({ enabled }) => (enabled ? paint('green', 'enabled') : paint('red', 'disabled')),
      CONTRACT: ({ contract }) => contract,
      EVENTS: ({ events }) => plain(events.join(',')),
      URL: ({ url }) => plain(url),
    },
  });

  addCommandsById(
    endpoints,
    {
      show: { description: 'one endpoint', call: (sluice, id) => sluice.getEndpoint(id) },
      enable: { description: 'let deliveries flow again', call: (sluice, id) => sluice.enableEndpoint(id) },
      disable: {
        description: 'stop deliveries; queued ones wait',
        call: (sluice, id) => sluice.disableEndpoint(id),
      },
    },
    (endpoint) => renderFields(paint, fieldsOf(endpoint)),
  );

  endpoints
    .command('create <url>')
    .description('create an endpoint; its signing secret is shown this once')
    .requiredOption('--events <names>', 'comma-separated: *, names, or prefixes such as invoice.*')
    .option('--contract <name>', "wire contract; the organization's default unless given")
    .option('--name <name>', 'a name for people')
    .action(async (url: string, { events, contract, name }: CreateOptions, command: Command) => {
      const { sluice, json } = sessionOf(command);
      const body: CreateEndpointBody = {
        url,
        events: events.split(',').map((part) => part.trim()),
        ...(contract === undefined ? {} : { contract }),
        ...(name === undefined ? {} : { name }),
      };
      const endpoint = await sluice.createEndpoint(body);
      if (json) return printJson(endpoint);
      print(
        renderFields(paint, [...fieldsOf(endpoint), ['secret', `${endpoint.secret}  (shown this once)`]]),
      );
    });

  endpoints
    .command('test <id>')
    .description('send a test event now, and show how it went')
    .action(async (id: string, _options: unknown, command: Command) => {
      const { sluice, json } = sessionOf(command);
      const attempt = await sluice.testEndpoint(id);
      json ? printJson(attempt) : print(describeTest(attempt));
      if (attempt.outcome !== 'delivered') process.exitCode = exitCodes.negative;
    });

  endpoints
    .command('rotate-secret <id>')
    .description('make a new signing secret; it is shown this once')
    .option('--overlap <seconds>', 'how long the old one signs beside it', wholeNumber(0, 31_536_000))
    .action(async (id: string, { overlap }: { overlap?: number }, command: Command) => {
      const { sluice, json } = sessionOf(command);
      const rotated = await sluice.rotateEndpointSecret(
        id,
        overlap === undefined ? {} : { overlap_seconds: overlap },
      );
      if (json) return printJson(rotated);
      const old =
        rotated.overlap_seconds === 0 ? 'stopped at once' : `signs on for ${rotated.overlap_seconds} s`;
      print(
        renderFields(paint, [
          ['secret', `${rotated.secret}  (shown this once)`],
          ['old secret', old],
        ]),
      );
    });

  endpoints
    .command('diagnose <id>')
    .description('let the server examine the receiver behind an endpoint (see sluice doctor)')
    .action(async (id: string, _options: unknown, command: Command) => {
      const { sluice, json } = sessionOf(command);
      const report = await sluice.diagnoseEndpoint(id, { retry: false });
      process.exitCode = reportAndExitCode(report, json);
    });
}

function fieldsOf(endpoint: Endpoint): [string, string][] {
  const state = endpoint.enabled
    ? paint('green', 'enabled')
    : paint('red', `disabled: ${plain(endpoint.disabled_reason ?? 'no reason given')}`);
  return [
    ['endpoint', endpoint.id],
    ...(endpoint.name === null ? [] : [['name', plain(endpoint.name)] satisfies [string, string]]),
    ['url', plain(endpoint.url)],
    ['events', plain(endpoint.events.join(', '))],
    ['contract', endpoint.contract],
    ['state', state],
    ['timeout', `${endpoint.timeout_seconds} s`],
    ['created', endpoint.created_at],
  ];
}

function describeTest({ outcome, response, error, timings_ms }: Attempt): string {
  const status = response === null ? '' : ` ${response.status}`;
  const reason = error === null ? '' : `: ${plain(error)}`;
  const time = timings_ms === null ? '' : ` in ${duration(timings_ms.total)}`;
  const answer = response === null || response.body === '' ? '' : `${plain(response.body).slice(0, 500)}\n`;
  return `${paintedState(paint, outcome)}${status}${reason}${time}\n${answer}`;
}
