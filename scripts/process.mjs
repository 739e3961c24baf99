/** Starts programs, and passes on what this process is told. */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stopSignals = /** @type {const} */ (['SIGTERM', 'SIGINT', 'SIGHUP']);
const sameSignalMs = 1000;

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
  for (const signal of stopSignals) process.on(signal, forwarder(child, signal));
  child.on('error', (error) => {
    say(`${node} did not start: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    for (const name of stopSignals) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}

/**
 * Waits for a program to end, and takes it along when this process is told to stop.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {'pipe' | 'inherit'} streams where output goes: into the answer, or straight through
 * @returns {Promise<{ ending: number | string, output: string }>} exit code, signal or what hindered it
 */
export function finish(command, args, streams) {
  // On Windows npm is a script for the shell.
  const shell = process.platform === 'win32' && command === 'npm';
  const child = spawn(command, args, { cwd: root, shell, stdio: ['ignore', streams, streams] });
  const stop = () => {
    child.kill();
    process.exit(1);
  };
  for (const signal of stopSignals) process.once(signal, stop);
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk) => (output += chunk));
  child.stderr?.setEncoding('utf8').on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ ending: error.message, output }));
    child.on('close', (code, signal) => resolve({ ending: code ?? signal ?? 'unknown', output }));
  }).finally(() => {
    for (const signal of stopSignals) process.removeListener(signal, stop);
  });
}

/**
 * Ctrl-C reaches the whole foreground group, so the child has it already. And npm repeats what it receives: without
 * the pause one stop would arrive as two, which a program may take for impatience.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @param {'SIGTERM' | 'SIGINT' | 'SIGHUP'} signal
 */
function forwarder(child, signal) {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    const now = performance.now();
    const repeated = now - last < sameSignalMs;
    last = now;
    if (!repeated && !(signal === 'SIGINT' && hasTerminal())) child.kill(signal);
  };
}

function hasTerminal() {
  return process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
}
