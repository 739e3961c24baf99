import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './program.ts';

/** A language that docs/receivers has a receiver in. */
export interface Language {
  readonly name: string;
  /** Where its interpreter is; `undefined` where there is none. */
  readonly program: string | undefined;
  /** What has to happen once, before any receiver starts. */
  prepare?(program: string, folder: string): Promise<unknown>;
  /** How to start it; it is told PORT, CONTRACT and SECRET by the environment. */
  command(program: string, options: { folder: string; port: number }): readonly [string, ...string[]];
  /** Whether PORT=0 takes a free port. */
  readonly picksPort: boolean;
}

const source = (path: string) => join(root, 'docs/receivers', path);

export const languages: readonly Language[] = [
  {
    name: 'node',
    program: process.execPath,
    command: (program) => [program, source('node/receiver.mjs')],
    picksPort: true,
  },
  {
    name: 'python',
    program: process.env.SLUICE_TEST_PYTHON,
    command: (program) => [program, source('python/receiver.py')],
    picksPort: true,
  },
  {
    name: 'php',
    program: process.env.SLUICE_TEST_PHP,
    command: (program, { port }) => [program, '-S', `127.0.0.1:${port}`, source('php/receiver.php')],
    picksPort: false,
  },
  {
    name: 'go',
    program: process.env.SLUICE_TEST_GO,
    prepare: (program, folder) =>
      promisify(execFile)(program, ['build', '-o', join(folder, 'receiver'), '.'], {
        cwd: source('go'),
        env: { ...process.env, GOFLAGS: '', GOPROXY: 'off', GOTOOLCHAIN: 'local' },
      }),
    command: (_program, { folder }) => [join(folder, 'receiver')],
    picksPort: true,
  },
  {
    name: 'ruby',
    program: process.env.SLUICE_TEST_RUBY,
    command: (program) => [program, source('ruby/receiver.rb')],
    picksPort: true,
  },
];

export interface RunningReceiver {
  readonly url: string;
  /** Sends it a request as it is, headers twice too; answers the status. */
  send(headers: Readonly<Record<string, string | string[]>>, body: Uint8Array): Promise<number>;
  stop(): Promise<void>;
}

/** Starts a receiver and waits until it says that it listens. */
export async function startReceiverIn(
  { name, program = '', command, picksPort }: Language,
  folder: string,
  { contract, secret }: { contract: string; secret: string },
): Promise<RunningReceiver> {
  const wanted = picksPort ? 0 : await freePort();
  const [file, ...args] = command(program, { folder, port: wanted });
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(file, args, {
    env: { PATH, HOME, PORT: String(wanted), CONTRACT: contract, SECRET: secret },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const port = await listening(child, name);
  return {
    url: `http://127.0.0.1:${port}/hook`,
    send: (headers, body) => postTo(port, '/hook', headers, body),
    stop() {
      child.kill();
      return closed;
    },
  };
}

/** PHP's own server says it in its own words. */
const ready = /listens on port (\d+)|Development Server \(http:\/\/127\.0\.0\.1:(\d+)\) started/;

function listening(child: ChildProcess, name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (why: string) => reject(new Error(`The ${name} receiver ${why}:\n${said}`));
    const timer = setTimeout(() => fail('said nothing of a port within 30 s'), 30_000);
    const hear = (chunk: Buffer) => {
      said += chunk;
      const found = ready.exec(said);
      if (!found) return;
      clearTimeout(timer);
      said = '';
      resolve(Number(found[1] ?? found[2]));
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('error', (error) => fail(error.message));
    child.once('close', (code) => fail(`ended with ${code}`));
  });
}

/** A port of this machine on which nothing listens at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** Posts to a port of this machine, headers as they are, twice too; answers the status. */
export function postTo(
  port: number,
  path: string,
  headers: Readonly<Record<string, string | string[]>>,
  body: Uint8Array,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path,
        method: 'POST',
        agent: false,
        headers: { ...headers, 'Content-Length': body.length },
      },
      (answer) => {
        answer.resume();
        answer.once('end', () => resolve(answer.statusCode ?? 0));
      },
    );
    sent.setTimeout(15_000, () => sent.destroy(new Error('The receiver did not answer within 15 s.')));
    sent.once('error', reject);
    sent.end(body);
  });
}
