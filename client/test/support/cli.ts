import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../bin/sluice.mjs', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  /** Resolves with the first line of standard output that passes, and those before it. */
  line(wanted: (line: string) => boolean): Promise<string>;
  readonly ended: Promise<Ended>;
  stop(signal: NodeJS.Signals): void;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  readonly node?: readonly string[];
}

/** Starts the command as people do: a process of its own, with nothing but these settings. */
export function start(args: readonly string[], { env = {}, input, node = [] }: RunOptions = {}): Running {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const child = spawn(process.execPath, [...node, bin, ...args], {
    env: { PATH, NODE_COMPILE_CACHE, ...env },
  });
  let out = '';
  let err = '';
  const waiting: (() => void)[] = [];
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text;
    for (const look of waiting) look();
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    err += text;
  });
  child.stdin.end(input ?? '');
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
  return {
    ended,
    stop: (signal) => void child.kill(signal),
    line: (wanted) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = out.split('\n').slice(0, -1).find(wanted);
          if (found !== undefined) resolve(found);
        };
        waiting.push(look);
        look();
        ended.then(() => reject(new Error(`It ended without that line:\n${out}${err}`)), reject);
      }),
  };
}

export function run(args: readonly string[], options?: RunOptions): Promise<Ended> {
  return start(args, options).ended;
}
