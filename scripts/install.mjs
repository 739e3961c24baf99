/** Gets a checkout ready to run: installed packages and a Node that runs TypeScript. No dependencies of its own. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finish, root, say } from './process.mjs';

const modules = join(root, 'node_modules');
const lockFile = join(root, 'package-lock.json');
const stampFile = join(modules, '.sluice-installed');
const leastNode = [22, 18];

/** Installs what is missing; answers the path of a Node that runs the sources. Ends the process when it can't. */
export async function setUp() {
  if (!isInstalled()) await install();
  return findNode();
}

/** @param {number} since milliseconds, as Date.now() answered */
export function secondsSince(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

function isInstalled() {
  if (!existsSync(modules)) return false;
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === fingerprint()) return true;
  if (!npmInstalledTheLock()) return false;
  leaveStamp();
  return true;
}

/** Whether somebody's own `npm install` already brought what the lock asks for: installing again would only disturb. */
function npmInstalledTheLock() {
  const wanted = packagesIn(lockFile);
  const present = packagesIn(join(modules, '.package-lock.json'));
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.startsWith('node_modules/')) return true;
    const found = present[path];
    if (!found) return entry.optional === true || entry.peer === true;
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

/**
 * @param {string} path of a lock file
 * @returns {Record<string, { version?: string, integrity?: string, optional?: boolean, peer?: boolean }> | undefined}
 */
function packagesIn(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

function fingerprint() {
  const source = existsSync(lockFile) ? lockFile : join(root, 'package.json');
  return createHash('sha256').update(readFileSync(source)).digest('hex');
}

function leaveStamp() {
  mkdirSync(modules, { recursive: true });
  writeFileSync(stampFile, fingerprint());
}

async function install() {
  const started = Date.now();
  say('Installing packages with npm; the first time this takes a minute or so …');
  const pulse = setInterval(() => say(`… still installing (${secondsSince(started)})`), 30_000);
  let { ending, output } = existsSync(lockFile) ? await npm(['ci']) : await npm(['install']);
  // A lock file written against a registry without the packages of other platforms is incomplete in the eyes of
  // `npm ci`. Nothing is deleted by then, and `npm install` keeps to the versions that the lock does name.
  if (ending !== 0 && output.includes('EUSAGE')) ({ ending, output } = await npm(['install', '--no-save']));
  clearInterval(pulse);
  if (ending !== 0) {
    say(output.trimEnd());
    say(`\nnpm failed (${ending}) after ${secondsSince(started)}; what it said is above.`);
    say('Check the network and the npm registry settings (npm config get registry), then run this again.');
    process.exit(1);
  }
  leaveStamp();
  say(`Packages installed in ${secondsSince(started)}.`);
}

/** @param {string[]} command */
function npm(command) {
  // Development packages include the Node that runs the service, so production needs them too; for the same reason
  // it is no matter which Node npm itself runs on.
  const patience = ['--fetch-retries=2', '--fetch-retry-mintimeout=500', '--fetch-retry-maxtimeout=1500'];
  const quiet = ['--loglevel=error', '--no-audit', '--no-fund'];
  const args = [...command, '--include=dev', '--engine-strict=false', ...patience, ...quiet];
  const own = process.env.npm_execpath;
  if (own && /npm-cli\.c?js$/.test(own)) return finish(process.execPath, [own, ...args], 'pipe');
  return finish('npm', args, 'pipe');
}

function findNode() {
  const packaged = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (runsTypeScript(versionOf(packaged))) return packaged;
  if (runsTypeScript(process.version)) return process.execPath;
  say(
    [
      `Sluice needs Node ${leastNode.join('.')} or newer; this is ${process.version}, and the one that comes as a`,
      `package is not in ${packaged}: install scripts are off, or there is none for ${process.platform} ${process.arch}.`,
      'Either install a newer Node (https://nodejs.org), or let that one package run its script:',
      '  npm rebuild node --ignore-scripts=false',
    ].join('\n'),
  );
  return process.exit(1);
}

/** @param {string} binary */
function versionOf(binary) {
  if (!existsSync(binary)) return '';
  const answer = spawnSync(binary, ['--version'], { encoding: 'utf8' });
  return answer.status === 0 ? answer.stdout.trim() : '';
}

/** @param {string} version such as v22.18.0, or nothing */
function runsTypeScript(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = leastNode;
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}
