/** What some tests need from the machine, and where it was found. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';

const patience = 3000;
const usualPostgres = 'postgres://postgres@127.0.0.1:5432/postgres';
const usualBrowsers = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * A service that tests may need. `find` answers where it is, or why there is none.
 *
 * @typedef {{ name: string, variable: string, find: (named: string | undefined) => Promise<Found> }} Service
 * @typedef {{ at: string } | { missing: string }} Found
 */

/** @type {readonly Service[]} */
export const services = [
  { name: 'postgres', variable: 'SLUICE_TEST_POSTGRES_URL', find: findPostgres },
  { name: 'chromium', variable: 'SLUICE_TEST_CHROMIUM', find: findChromium },
  // The languages in which docs/receivers has a receiver, from the first version that runs it.
  { name: 'python', variable: 'SLUICE_TEST_PYTHON', find: findProgram('python3', '--version', [3, 8]) },
  { name: 'php', variable: 'SLUICE_TEST_PHP', find: findProgram('php', '--version', [8, 0]) },
  { name: 'go', variable: 'SLUICE_TEST_GO', find: findProgram('go', 'version', [1, 19]) },
  { name: 'ruby', variable: 'SLUICE_TEST_RUBY', find: findProgram('ruby', '--version', [3, 0]) },
];

/** @param {string | undefined} named @returns {Promise<Found>} */
async function findPostgres(named) {
  const url = new URL(named || usualPostgres);
  const where = `${url.hostname}:${url.port || 5432}`;
  const answer = await knock(url);
  if (answer === 'ready' || (answer === 'password' && url.password)) return { at: url.href };
  if (answer === 'password') return { missing: `the server at ${where} asks for a password` };
  if (answer === 'refused')
    return { missing: `the server at ${where} refused ${url.username}${url.pathname}` };
  return { missing: `no server at ${where}` };
}

/**
 * Begins a session as far as the server's first word, by the start-up message of PostgreSQL's protocol 3.0.
 *
 * @param {URL} url
 * @returns {Promise<'ready' | 'password' | 'refused' | 'silent'>}
 */
function knock(url) {
  return new Promise((resolve) => {
    const socket = connect(Number(url.port || 5432), url.hostname);
    /** @type {Buffer} */
    let received = Buffer.alloc(0);
    /** @param {'ready' | 'password' | 'refused' | 'silent'} answer */
    const end = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(patience, () => end('silent'));
    socket.on('error', () => end('silent'));
    socket.on('close', () => end('silent'));
    socket.on('connect', () => socket.write(startUpMessage(url)));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const answer = readAnswer(received);
      if (answer) end(answer);
    });
  });
}

/** @param {URL} url */
function startUpMessage(url) {
  const database = decodeURIComponent(url.pathname.slice(1)) || url.username;
  const body = Buffer.from(`user\0${decodeURIComponent(url.username)}\0database\0${database}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + body.length, 0);
  head.writeInt32BE(3 << 16, 4);
  return Buffer.concat([head, body]);
}

/** @param {Buffer} bytes whole and half messages: a letter, a length that counts itself, then the content */
function readAnswer(bytes) {
  let at = 0;
  while (bytes.length >= at + 5) {
    const letter = String.fromCharCode(bytes[at] ?? 0);
    if (letter === 'Z') return 'ready';
    if (letter === 'E') return 'refused';
    if (letter === 'R') {
      if (bytes.length < at + 9) return undefined;
      if (bytes.readInt32BE(at + 5) !== 0) return 'password';
    }
    at += 1 + bytes.readInt32BE(at + 1);
  }
  return undefined;
}

/** @param {string | undefined} named @returns {Promise<Found>} */
async function findChromium(named) {
  const candidates = named ? [named] : usualBrowsers;
  const path = candidates.find((candidate) => existsSync(candidate));
  if (!path) return { missing: named ? `nothing at ${named}` : 'none in the usual places' };
  const answer = spawnSync(path, ['--version'], { timeout: 15_000 });
  return answer.status === 0 ? { at: path } : { missing: `${path} does not start` };
}

/**
 * @param {string} usual name on the PATH
 * @param {string} ask the argument that makes it tell its version
 * @param {[number, number]} least the first version that will do
 * @returns {Service['find']}
 */
function findProgram(usual, ask, least) {
  return async (named) => {
    const program = named ?? usual;
    const answer = spawnSync(program, [ask], { encoding: 'utf8', timeout: 15_000 });
    if (answer.status !== 0) return { missing: `no ${program} that starts` };
    const version = /(\d+)\.(\d+)/.exec(answer.stdout);
    const [major, minor] = [Number(version?.[1]), Number(version?.[2])];
    if (major > least[0] || (major === least[0] && minor >= least[1])) return { at: program };
    return { missing: `${program} is version ${version?.[0] ?? 'unknown'}, older than ${least.join('.')}` };
  };
}
