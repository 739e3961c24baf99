/** `npm run bench`: how fast the service is, beside what the machine, the disk and the database alone can do. */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { better, measureLimits } from './limits.ts';
import { startSink } from './processes.ts';
import { type DatabaseFigures, measure, steadyRate } from './scenario.ts';
import { type Results, renderTable } from './table.ts';

const help = `npm run bench -- [--quick] [--seconds <n>] [--only embedded|postgres] [--profile <folder>]
  --quick      3 seconds for each figure instead of 10
  --seconds    so many seconds
  --only       one database
  --profile    keeps CPU profiles of the server in a folder
`;

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
  const options = {
    seconds,
    steadySeconds: Math.max(seconds, values.quick ? 5 : 15),
    fanOut: values.quick ? 200 : 1_000,
    profile: values.profile ?? null,
  };
  const sink = await startSink();
  const limitSeconds = Math.min(seconds, 3);
  const limitsBefore = await measureLimits(sink, limitSeconds, steadyRate);
  const databases: Record<string, DatabaseFigures> = {};
  if (values.only !== 'postgres') databases.embedded = await measure(sink, null, options);
  if (values.only !== 'embedded' && postgresUrl)
    databases.postgres = await measure(sink, postgresUrl, options);
  const limits = better(limitsBefore, await measureLimits(sink, limitSeconds, steadyRate));
  const results: Results = {
    at: new Date().toISOString(),
    node: process.version,
    cpus: cpus().length,
    seconds,
    fanOut: options.fanOut,
    limits,
    databases,
  };
  console.log(`\n${renderTable(results)}\n`);
  if (!postgresUrl) console.log('left out: postgres (no server found)');
  const folder = fileURLToPath(new URL('../results/', import.meta.url));
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}latest.json`, `${JSON.stringify(results, null, 2)}\n`);
  process.exit(0);
}

await main();
