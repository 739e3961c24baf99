import { readdir } from 'node:fs/promises';
import { type Config, ConfigError, readConfig } from './base/config.ts';
import { createLogger } from './base/log.ts';
import { openDatabase, type Running, start } from './compose.ts';
import { DatabaseError } from './db/failures.ts';
import { demonstrate, resumeDemonstration } from './demo/demonstration.ts';
import { withDevelopmentSecrets } from './development.ts';
import { helpText } from './help.ts';
import { createParts, realSurroundings } from './parts.ts';

/** Time to settle the attempts that were cut off at the end of draining; it takes longer only without the database. */
const cutOffMs = 5_000;

async function main(): Promise<void> {
  const [argument] = process.argv.slice(2);
  if (argument === '--help' || argument === '-h') return void process.stdout.write(helpText());
  if (argument !== undefined)
    throw new ConfigError([
      `Unknown argument "${argument}". Settings are environment variables; see --help.`,
    ]);
  const config = await withFolderState(readConfig());
  const log = createLogger(config.settings.logLevel);
  const database = await openDatabase(config.settings, log);
  const running = await start(
    createParts(config.settings, database, log, await realSurroundings(database)),
  ).catch(async (error: unknown) => {
    await database.close();
    throw error;
  });
  stopOnSignals(running);
  if (running.address !== null)
    process.stdout.write(`Sluice listens on ${running.address} (API reference: ${running.address}/docs)\n`);
  log.info({ address: running.address, roles: config.settings.roles, database: database.kind }, 'started');
  const { demo, adminToken, dataDir } = config.settings;
  if (demo === false || running.address === null || adminToken === null) return;
  const stage = { address: running.address, adminToken, dataDir, log };
  await ((demo ?? config.folderWasEmpty) ? demonstrate(stage) : resumeDemonstration(stage));
}

async function withFolderState(config: Config): Promise<{ settings: Config; folderWasEmpty: boolean }> {
  const before = await readdir(config.dataDir).catch(() => []);
  return {
    settings: await withDevelopmentSecrets(config),
    folderWasEmpty: !config.production && before.length === 0,
  };
}

function stopOnSignals(running: Running): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) {
      running.parts.log.warn({ signal }, 'second signal: ending at once');
      process.exit(1);
    }
    stopping = true;
    running.parts.log.info({ signal }, 'stopping');
    const deadline = setTimeout(() => {
      running.parts.log.error('attempts that were cut off could not be settled; their leases will expire');
      process.exit(1);
    }, running.parts.config.drainMs + cutOffMs);
    deadline.unref();
    running.close().then(
      () => process.exit(0),
      (error: unknown) => {
        running.parts.log.error({ error: String(error) }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('SIGHUP', stop);
}

/** Mistakes in the configuration are explained; everything else is a defect and is printed with its stack. */
function explain(error: unknown): string {
  if (error instanceof ConfigError)
    return `Sluice cannot start:\n${error.problems.map((problem) => `  - ${problem}`).join('\n')}\nSee --help for every setting.`;
  if (error instanceof DatabaseError) return `Sluice cannot start: ${error.message}`;
  if (error instanceof Error && 'code' in error && 'port' in error) {
    if (error.code === 'EADDRINUSE')
      return `Sluice cannot start: port ${String(error.port)} is taken. Stop what listens there, or set PORT to another one.`;
    if (error.code === 'EACCES')
      return `Sluice cannot start: port ${String(error.port)} needs privileges. Set PORT to one above 1023.`;
  }
  return `Sluice cannot start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

main().catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
});
