import { diagnose } from '@sluice/doctor';
import type { Command } from 'commander';
import { reportAndExitCode } from '../doctor/report.ts';
import { sendTo } from '../doctor/send.ts';
import { UsageError } from '../failures.ts';
import { readSecret, sessionOf, wantsJson, wholeNumber } from '../session.ts';
import { contractNamed } from './contracts.ts';

interface Options {
  readonly contract: string;
  readonly secret?: string;
  readonly endpoint?: string;
  readonly header?: readonly string[];
  readonly timeout?: number;
}

export function addDoctor(program: Command): void {
  program
    .command('doctor [url]')
    .description(
      'examine a receiver: what it does with good deliveries, forgeries and unusual payloads, and why',
    )
    .option('--contract <name>', 'wire contract that the receiver expects', 'standard')
    .option('--secret <secret>', 'its signing secret, or @file; SLUICE_SECRET unless given')
    .option('--header <name:value...>', 'further headers, such as credentials of a proxy')
    .option('--timeout <seconds>', "for one answer; the contract's unless given", wholeNumber(1, 60))
    .option('--endpoint <id>', 'let the server examine the receiver behind this endpoint instead')
    .addHelpText(
      'after',
      `
Sends some thirty harmless requests of the type webhook.test, from here straight to the URL. Run it against a receiver
that may be tried out. Ends with 1 when the receiver is not sound. The secret goes nowhere and is never printed.

Examples:
  SLUICE_SECRET=whsec_… sluice doctor https://example.com/webhooks
  sluice doctor http://localhost:3000/hook --contract flowxtra --secret @secret.txt
  sluice doctor --endpoint ep_01jd8r5w3kfq5bz0p2v6x7y8z9`,
    )
    .action(async (url: string | undefined, options: Options, command: Command) => {
      const { endpoint } = options;
      if ((url === undefined) === (endpoint === undefined)) {
        throw new UsageError('Give the URL of a receiver, or --endpoint with the id of an endpoint.');
      }
      process.exitCode =
        endpoint === undefined
          ? await examine(url ?? '', options, wantsJson(command))
          : await ask(endpoint, command);
    });
}

async function examine(text: string, options: Options, json: boolean): Promise<number> {
  const contract = contractNamed(options.contract);
  if (!URL.canParse(text)) throw new UsageError(`"${text}" is not a URL.`);
  const url = new URL(text);
  const forbidden = contract.url.problem(url, { loopback: true });
  if (forbidden !== null) throw new UsageError(forbidden);
  const secret = await readSecret(options.secret);
  const problem = contract.secret.problem(secret);
  if (problem !== null) throw new UsageError(problem);
  const report = await diagnose(contract, {
    secrets: [secret],
    send: sendTo(url, headersOf(options.header ?? [])),
    ...(options.timeout === undefined ? {} : { timeoutMs: options.timeout * 1000 }),
    ...(process.stderr.isTTY && !json ? { progress: showProgress } : {}),
  });
  return reportAndExitCode({ url: url.href, ...report }, json);
}

async function ask(endpoint: string, command: Command): Promise<number> {
  const { sluice, json } = sessionOf(command);
  return reportAndExitCode(await sluice.diagnoseEndpoint(endpoint, { retry: false }), json);
}

function headersOf(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((header) => {
      const [, name, value] = /^([A-Za-z0-9!#$%&'*+.^_`|~-]+):\s*([\x20-\x7e]*)$/.exec(header) ?? [];
      // The value may be a credential, so it is not repeated.
      if (name === undefined || value === undefined)
        throw new UsageError('A --header is not of the form "Name: value".');
      return [name, value];
    }),
  );
}

function showProgress(done: number, of: number): void {
  process.stderr.write(done === of ? '\r\u001b[K' : `\r${done} of ${of}`);
}
