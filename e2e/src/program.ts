import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** How a process ended: by its exit code or by a signal. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process of ours, from the outside. */
export interface Program {
  readonly pid: number;
  /** Complete lines of standard output so far. */
  readonly lines: readonly string[];
  /** Standard error so far. */
  readonly errors: () => string;
  readonly ended: Promise<Ending>;
  /** The first line of standard output that matches, past or future. */
  line(pattern: RegExp, withinMs?: number): Promise<RegExpExecArray>;
  signal(signal: NodeJS.Signals): void;
}

export interface CommandOptions {
  /** Working directory; the repository unless told. */
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface ProgramOptions {
  /** Path inside the repository. */
  readonly entry: string;
  readonly args?: readonly string[];
  readonly nodeArgs?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export const root = fileURLToPath(new URL('../../', import.meta.url));

const alive = new Set<ChildProcess>();
/** Those that lead a group of processes. */
const leaders = new WeakSet<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) signalTo(child, 'SIGKILL');
});

function signalTo(child: ChildProcess, signal: NodeJS.Signals): void {
  if (leaders.has(child) && child.pid !== undefined) process.kill(-child.pid, signal);
  else child.kill(signal);
}

/** Starts a program under this process's Node. Of the environment it gets the paths and the compile cache only. */
export function startProgram({ entry, args = [], nodeArgs = [], environment = {} }: ProgramOptions): Program {
  return startProcess(entry, process.execPath, [...nodeArgs, `${root}${entry}`, ...args], { environment });
}

/** Lets bash run a script, as whoever reads a document would. What it starts belongs to it: signals reach all. */
export function startScript(script: string, options: CommandOptions = {}): Program {
  return startProcess('the script', 'bash', ['-c', script], options, true);
}

function startProcess(
  entry: string,
  command: string,
  args: readonly string[],
  { folder = root, environment = {} }: CommandOptions,
  leads = false,
): Program {
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...inherited(), ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: leads,
  });
  if (leads) leaders.add(child);
  alive.add(child);
  const lines: string[] = [];
  const listeners = new Set<() => void>();
  let rest = '';
  let errors = '';
  let ending: Ending | null = null;
  const tell = () => {
    for (const listener of listeners) listener();
  };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    tell();
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk;
  });
  const ended = new Promise<Ending>((resolve, reject) => {
    child.once('error', reject);
    // `close`, not `exit`: then everything that it said has been read.
    child.once('close', (code, signal) => {
      alive.delete(child);
      if (rest !== '') lines.push(rest);
      ending = { code, signal };
      tell();
      resolve(ending);
    });
  });

  function line(pattern: RegExp, withinMs = 60_000): Promise<RegExpExecArray> {
    let seen = 0;
    return new Promise((resolve, reject) => {
      const fail = (why: string) => {
        stop();
        reject(
          new Error(`${entry} ${why} without saying ${pattern}:\n${lines.slice(-20).join('\n')}\n${errors}`),
        );
      };
      const timer = setTimeout(() => fail(`went on for ${withinMs / 1000} s`), withinMs);
      const look = () => {
        for (; seen < lines.length; seen += 1) {
          const match = pattern.exec(lines[seen] ?? '');
          if (!match) continue;
          stop();
          resolve(match);
          return;
        }
        if (ending !== null) fail(`ended (${ending.code ?? ending.signal})`);
      };
      const stop = () => {
        clearTimeout(timer);
        listeners.delete(look);
      };
      listeners.add(look);
      look();
    });
  }

  return {
    pid: child.pid ?? 0,
    lines,
    errors: () => errors,
    ended,
    line,
    signal: (signal) => signalTo(child, signal),
  };
}

/** For `afterAll`: whatever a test left running, stopped ones too. */
export async function killPrograms(): Promise<void> {
  await Promise.all(
    [...alive].map((child) => {
      const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
      signalTo(child, 'SIGKILL');
      return closed;
    }),
  );
}

function inherited(): Record<string, string> {
  return Object.fromEntries(
    ['PATH', 'HOME', 'TMPDIR', 'LANG', 'NODE_COMPILE_CACHE'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
