import { scanJson } from '@sluice/contracts';
import type { Command } from 'commander';
import { UsageError } from '../failures.ts';
import { paint } from '../paint.ts';
import { print, readInput, sessionOf } from '../session.ts';
import { counted, plain } from '../text.ts';

interface Options {
  readonly data: string;
  readonly id?: string;
  readonly occurredAt?: string;
  readonly deliverAt?: string;
  readonly metadata?: readonly string[];
  readonly idempotencyKey?: string;
}

export function addPublish(program: Command): void {
  program
    .command('publish <type>')
    .description('publish an event; its data goes out byte for byte as given')
    .requiredOption('--data <json>', 'a JSON object; @file reads a file, - standard input')
    .option('--id <id>', 'your own id for it: the same one again is no second event')
    .option('--occurred-at <time>', 'when it happened; now unless given')
    .option('--deliver-at <time>', 'not before this time')
    .option('--metadata <name=value...>', 'your own facts about it, which are not delivered')
    .option('--idempotency-key <key>', 'the same key and event again answer the first result')
    .addHelpText(
      'after',
      `
Examples:
  sluice publish invoice.paid --data '{"invoice_id":"in_42","amount":1999}'
  sluice publish invoice.paid --data @invoice.json --id in_42.paid
  generate-report | sluice publish report.ready --data -`,
    )
    .action(async (type: string, options: Options, command: Command) => {
      const { sluice, json } = sessionOf(command);
      const exactBody = withData(envelope(type, options), await readInput(options.data));
      const { idempotencyKey } = options;
      const call = idempotencyKey === undefined ? {} : { idempotencyKey };
      const text = await sluice.send({ method: 'POST', path: '/v1/events', exactBody }, call);
      if (json) return print(`${text}\n`);
      const event: { id: string; type: string; deliveries: number } = JSON.parse(text);
      print(
        `${paint('green', 'published')} ${plain(event.id)} ${event.type}: goes to ${counted(event.deliveries, 'endpoint')}\n`,
      );
    });
}

function envelope(type: string, { id, occurredAt, deliverAt, metadata }: Options): string {
  return JSON.stringify({
    type,
    id,
    occurred_at: occurredAt,
    deliver_at: deliverAt,
    metadata: metadata && pairs(metadata),
  });
}

function pairs(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new UsageError(`"${pair}" is not of the form name=value.`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

/** Splices the data in as it is: parsing and writing it could change numbers, keys and white space. */
function withData(envelopeText: string, data: Buffer): Uint8Array<ArrayBuffer> {
  const scan = scanJson(data);
  if (!scan.ok) throw new UsageError(`The data is not JSON: at byte ${scan.offset}: ${scan.problem}.`);
  if (scan.kind !== 'object') throw new UsageError('The data is not a JSON object; events carry objects.');
  const value = data.subarray(scan.start, scan.end);
  return Uint8Array.from(
    Buffer.concat([Buffer.from(`${envelopeText.slice(0, -1)},"data":`), value, Buffer.from('}')]),
  );
}
