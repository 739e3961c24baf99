/** Starts programs, and passes on what this process is told. */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stopSignals = /** @type {const} */ (['SIGTERM', 'SIGINT', 'SIGHUP']);
const sameSignalMs = 1000;
const parentWatchMs = 250;

/** Progress goes to stderr, so that a program's own output stays clean. @param {string} line */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/**
 * Becomes the program as far as anybody outside can tell: same arguments, streams, signals and end.
 *
 * @param {string} node path of the Node to use
 * @param {string} entry path inside the repository
 * @param {string[]} args
 */
export function run(node, entry, args) {
  const child = spawn(node, [join(root, entry), ...args], { stdio: 'inherit' });
  const forget = whenToldToStop((signal) => {
    // Ctrl-C reaches the whole foreground group, so the child has it already.
    if (signal !== 'SIGINT' || !hasTerminal()) child.kill(signal);
  });
  child.on('error', (error) => {
    say(`${node} did not start: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    forget();
    process.kill(process.pid, signal);
  });
}

/**
 * Waits for a program to end, and takes it along when this process is told to stop.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {'pipe' | 'inherit'} streams where output goes: into the answer, or straight through
 * @returns {Promise<{ ending: number | string, output: string }>} exit code, signal or why it did not start
 */
export function finish(command, args, streams) {
  // On Windows npm is a script for the shell.
  const shell = process.platform === 'win32' && command === 'npm';
  const child = spawn(command, args, { cwd: root, shell, stdio: ['ignore', streams, streams] });
  const forget = whenToldToStop(() => {
    child.kill();
    process.exit(1);
  });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk) => (output += chunk));
  child.stderr?.setEncoding('utf8').on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ ending: error.message, output }));
    child.on('close', (code, signal) => resolve({ ending: code ?? signal ?? 'unknown', output }));
  }).finally(forget);
}

/**
 * npm repeats the signals that it receives: without a pause one stop would arrive as two, which a program may take
 * for impatience. And npm tells only the shell it started, which dies of it and tells nobody: then the loss of the
 * parent is the signal.
 *
 * @param {(signal: (typeof stopSignals)[number]) => void} handle
 * @returns {() => void} takes the handler away again
 */
function whenToldToStop(handle) {
  const parent = process.ppid;
  let last = Number.NEGATIVE_INFINITY;
  /** @param {(typeof stopSignals)[number]} signal */
  const hear = (signal) => {
    const now = performance.now();
    const repeated = now - last < sameSignalMs;
    last = now;
    if (!repeated) handle(signal);
  };
  const watch = setInterval(() => {
    if (!process.env.npm_lifecycle_event || process.ppid === parent) return;
    clearInterval(watch);
    hear('SIGTERM');
  }, parentWatchMs);
  watch.unref();
  for (const signal of stopSignals) process.on(signal, hear);
  return () => {
    clearInterval(watch);
    for (const signal of stopSignals) process.removeListener(signal, hear);
  };
}

function hasTerminal() {
  return process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
}
