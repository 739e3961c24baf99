/** `npm run bench`: how much of the speed of a bare signed POST is left when everything is stored and accounted for. */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runToEnd, startSink } from './processes.ts';
import {
  type DatabaseFigures,
  measure,
  publishers,
  type Quantiles,
  steadyRate,
  type Throughput,
} from './scenario.ts';

const help = `npm run bench -- [--quick] [--seconds <n>] [--only embedded|postgres] [--profile <folder>]
  --quick      3 seconds for each measurement instead of 10
  --seconds    so many seconds
  --only       one database
  --profile    keeps CPU profiles of the server in a folder
`;
const bareAtOnce = 64;

interface Results {
  readonly at: string;
  readonly node: string;
  readonly cpus: number;
  readonly seconds: number;
  readonly barePerSecond: number;
  readonly databases: Readonly<Record<string, DatabaseFigures>>;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean' },
      seconds: { type: 'string' },
      only: { type: 'string' },
      profile: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return void process.stdout.write(help);
  const seconds = Number(values.seconds ?? (values.quick ? 3 : 10));
  if (!(seconds > 0)) throw new Error(`--seconds is "${values.seconds}"; use a number.`);
  const postgresUrl = process.env.SLUICE_TEST_POSTGRES_URL;
  const sink = await startSink();
  const options = {
    seconds,
    steadySeconds: Math.max(seconds, values.quick ? 5 : 15),
    profile: values.profile ?? null,
  };
  const bare = await runToEnd<{ count: number; seconds: number }>('bare-main.ts', [
    `${sink}/bare`,
    seconds,
    bareAtOnce,
  ]);
  const databases: Record<string, DatabaseFigures> = {};
  if (values.only !== 'postgres') databases.embedded = await measure(sink, null, options);
  if (values.only !== 'embedded' && postgresUrl)
    databases.postgres = await measure(sink, postgresUrl, options);
  const results: Results = {
    at: new Date().toISOString(),
    node: process.version,
    cpus: cpus().length,
    seconds,
    barePerSecond: bare.count / bare.seconds,
    databases,
  };
  print(results);
  if (!postgresUrl) console.log('left out: postgres (no server found)');
  const folder = fileURLToPath(new URL('../results/', import.meta.url));
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}latest.json`, `${JSON.stringify(results, null, 2)}\n`);
  process.exit(0);
}

function print(results: Results): void {
  const { barePerSecond } = results;
  const row = (name: string, perSecond: number) =>
    `${name.padEnd(34)} ${perSecond.toFixed(0).padStart(8)} ${(perSecond / barePerSecond).toFixed(3).padStart(9)}`;
  const throughput = (name: string, figures: Throughput) => row(name, figures.deliveriesPerSecond);
  const pair = ({ p50, p99 }: Quantiles) => `${p50.toFixed(1).padStart(8)} ${p99.toFixed(1).padStart(8)}`;
  const each = Object.entries(results.databases);
  console.log(`
${results.cpus} processors, Node ${results.node}, ${results.seconds} s each, ${publishers} publishers at once

${'deliveries'.padEnd(34)} ${'a second'.padStart(8)} ${'to bare'.padStart(9)}
${row('bare loop: sign and POST', barePerSecond)}
${each.flatMap(([name, { one, ten }]) => [throughput(`${name}, 1 endpoint an event`, one), throughput(`${name}, 10 endpoints an event`, ten)]).join('\n')}

${`milliseconds at ${steadyRate} events a second`.padEnd(34)} ${'p50'.padStart(8)} ${'p99'.padStart(8)}
${each.flatMap(([name, { steady }]) => [`${`${name}, publish answered`.padEnd(34)} ${pair(steady.acceptMs)}`, `${`${name}, accepted to received`.padEnd(34)} ${pair(steady.acceptToReceiptMs)}`, `${`${name}, sent to received`.padEnd(34)} ${pair(steady.sendToReceiptMs)}`]).join('\n')}
`);
}

await main();
