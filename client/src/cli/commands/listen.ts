import { createServer, type IncomingMessage } from 'node:http';
import { type Contract, verify } from '@sluice/contracts';
import type { Command } from 'commander';
import { UsageError } from '../failures.ts';
import { paint } from '../paint.ts';
import { print, readSecret, wantsJson, wholeNumber } from '../session.ts';
import { plain } from '../text.ts';
import { contractNamed } from './contracts.ts';

interface Options {
  readonly port: number;
  readonly host: string;
  readonly contract: string;
  readonly secret?: string;
  readonly status: number;
  readonly count?: number;
}

interface Receipt {
  readonly at: string;
  readonly verified: boolean;
  readonly failure: string | null;
  readonly delivery_id: string | null;
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

const largestBody = 1_048_576;

export function addListen(program: Command): void {
  program
    .command('listen')
    .description('a local receiver that verifies what arrives and prints it')
    .option('--port <port>', '0 takes a free one', wholeNumber(0, 65_535), 9000)
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--contract <name>', 'wire contract of the deliveries', 'standard')
    .option('--secret <secret>', 'signing secret, or @file; SLUICE_SECRET unless given')
    .option('--status <status>', 'what genuine deliveries are answered with', wholeNumber(200, 599), 204)
    .option('--count <count>', 'end after so many requests', wholeNumber(1, 1_000_000))
    .addHelpText(
      'after',
      `
Forgeries are answered with 401. With --json, each request is one line.

Example:
  SLUICE_SECRET=whsec_… sluice listen --port 9000`,
    )
    .action(async (options: Options, command: Command) => {
      const contract = contractNamed(options.contract);
      const secret = await readSecret(options.secret);
      const problem = contract.secret.problem(secret);
      if (problem !== null) throw new UsageError(problem);
      await listen(contract, secret, options, wantsJson(command));
    });
}

/** Ends with a signal, or when enough has come. */
async function listen(contract: Contract, secret: string, options: Options, json: boolean): Promise<void> {
  const ended = Promise.withResolvers<void>();
  let received = 0;
  const server = createServer((request, response) => {
    receive(contract, secret, request).then((receipt) => {
      received += 1;
      const last = received === options.count;
      response.writeHead(receipt === null ? 413 : receipt.verified ? options.status : 401, {
        Connection: last ? 'close' : 'keep-alive',
      });
      response.end();
      if (receipt !== null) print(json ? `${JSON.stringify(receipt)}\n` : describe(receipt));
      if (last) ended.resolve();
    }, ended.reject);
  });
  server.on('error', (error) =>
    ended.reject(new UsageError(`Cannot listen on ${options.host}:${options.port}: ${error.message}`)),
  );
  server.listen(options.port, options.host, () => {
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : options.port;
    const host = options.host.includes(':') ? `[${options.host}]` : options.host;
    if (!json) print(`Listening on http://${host}:${port} for the ${contract.name} contract\n`);
    else print(`${JSON.stringify({ listening: `http://${host}:${port}` })}\n`);
  });
  process.once('SIGINT', ended.resolve).once('SIGTERM', ended.resolve);
  try {
    await ended.promise;
  } finally {
    server.close();
    server.closeIdleConnections();
  }
}

async function receive(
  contract: Contract,
  secret: string,
  request: IncomingMessage,
): Promise<Receipt | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= largestBody) chunks.push(Buffer.from(chunk));
  }
  if (size > largestBody) return null;
  const body = Buffer.concat(chunks);
  const result = await verify(contract, { headers: request.headersDistinct, body, secret });
  return {
    at: new Date().toISOString(),
    verified: result.ok,
    failure: result.ok ? null : `${result.failure}: ${result.detail}`,
    delivery_id: result.ok ? result.deliveryId : null,
    path: request.url ?? '/',
    headers: request.headers,
    body: body.toString(),
  };
}

function describe({ at, verified, failure, delivery_id, path, body }: Receipt): string {
  const verdict = verified
    ? paint('green', 'verified')
    : `${paint('red', 'refused')} (${plain(failure ?? '')})`;
  const id = delivery_id === null ? '' : ` ${plain(delivery_id)}`;
  return `${paint('dim', at)} ${verdict}${id} ${plain(path)}\n  ${plain(body)}\n`;
}
