import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

function keep(child: ChildProcess): void {
  alive.add(child);
  child.once('exit', () => alive.delete(child));
}

/** Runs a program of this folder to its end; its one line of JSON is the answer. */
export async function runToEnd<Report>(entry: string, args: readonly (string | number)[]): Promise<Report> {
  const child = spawn(process.execPath, [`${root}bench/src/${entry}`, ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  keep(child);
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return JSON.parse(output);
}

/** Starts the sink; answers its URL. It ends with this process. */
export async function startSink(): Promise<string> {
  const child = spawn(process.execPath, [`${root}bench/src/sink-main.ts`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  keep(child);
  const [line] = await once(child.stdout, 'data');
  return String(line).trim();
}

export interface Server {
  readonly address: string;
  readonly adminToken: string;
  /** Processor time that it has used, in ms; `NaN` where the system does not tell. */
  cpuMs(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts the service as an operator would, its log in a file. */
export async function startServer(
  folder: string,
  databaseUrl: string | null,
  profile: string | null,
): Promise<Server> {
  const adminToken = 'operator-token-of-the-bench';
  const logFile = join(folder, 'server.log');
  const log = openSync(logFile, 'w');
  const nodeArgs = profile === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const child = spawn(process.execPath, [...nodeArgs, `${root}server/src/main.ts`], {
    stdio: ['ignore', log, 'inherit'],
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      SLUICE_DATA_DIR: join(folder, 'data'),
      SLUICE_DEMO: '0',
      SLUICE_ADMIN_TOKEN: adminToken,
      SLUICE_MASTER_KEY: Buffer.alloc(32, 5).toString('base64'),
      ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
    },
  });
  keep(child);
  const ended = once(child, 'exit');
  for (;;) {
    const [, address] = /^Sluice listens on (\S+) /m.exec(await readFile(logFile, 'utf8')) ?? [];
    if (address !== undefined) {
      return {
        address,
        adminToken,
        cpuMs: () => cpuMsOf(child.pid ?? 0),
        async stop() {
          child.kill('SIGTERM');
          await ended;
        },
      };
    }
    if (child.exitCode !== null) throw new Error(`The server ended: ${await readFile(logFile, 'utf8')}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** User and system time from Linux's /proc, where a tick is 10 ms. */
async function cpuMsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
