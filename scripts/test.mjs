/**
 * `npm test`: installs when needed, then formatter and linter, types and unused code, and beside them every test.
 * Arguments go to Vitest and leave the static checks out: `npm test -- house` runs the tests of matching files.
 *
 * SLUICE_TEST_REQUIRE=postgres,chromium,python makes it an error to leave those, or any single test, out; services.mjs
 * has the list.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { secondsSince, setUp } from './install.mjs';
import { buildPortal } from './portal.mjs';
import { finish, root, say } from './process.mjs';
import { services } from './services.mjs';

const checks = [
  { name: 'biome', program: '@biomejs/biome/bin/biome', args: ['check', '--colors=off', '.'] },
  { name: 'types', program: 'typescript/bin/tsc', args: ['-b'] },
  { name: 'knip', program: 'knip/bin/knip.js', args: ['--no-progress'] },
];

const filter = process.argv.slice(2);
const required = (process.env.SLUICE_TEST_REQUIRE ?? '').split(',').map((name) => name.trim());
const strict = required.some(Boolean);
/** @type {string[]} */
const problems = [];

const node = await setUp();
// Tests start the service and the command line many times, each of which compiles the same sources: with the cache, a
// start of the service takes 1.3 s of processor time instead of 2.3 s.
process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules/.cache/node');
await buildPortal(node);
const leftOut = await lookForServices();
// Beside the tests, which wait now and then.
const [, tests] = await Promise.all([filter.length === 0 ? runChecks() : undefined, runTests()]);

for (const { name, reason } of leftOut) console.log(`left out: ${name} (${reason})`);
for (const name of tests.skippedNames) console.log(`skipped: ${name}`);
for (const problem of problems) console.log(`failed: ${problem}`);
process.exitCode = problems.length === 0 && tests.failed === 0 ? 0 : 1;
const skipped = tests.skippedNames.length > 0 ? `, ${tests.skippedNames.length} skipped` : '';
console.log(`${tests.passed} passed, ${tests.failed} failed${skipped}`);

/** Tells the tests where the services are, and collects those that there aren't. */
async function lookForServices() {
  for (const name of required) {
    if (name && !services.some((service) => service.name === name)) {
      problems.push(`SLUICE_TEST_REQUIRE names ${name}, which is not one of ${services.map((s) => s.name)}`);
    }
  }
  const missing = [];
  for (const { name, variable, find } of services) {
    const found = await find(process.env[variable] || undefined);
    if ('at' in found) {
      process.env[variable] = found.at;
      continue;
    }
    delete process.env[variable];
    missing.push({ name, reason: found.missing });
    if (required.includes(name)) problems.push(`${name} is required: ${found.missing}`);
  }
  return missing;
}

async function runChecks() {
  for (const check of checks) await runCheck(check);
}

/** @param {{ name: string, program: string, args: string[] }} check */
async function runCheck({ name, program, args }) {
  const started = Date.now();
  const { ending, output } = await finish(node, [installed(program), ...args], 'pipe');
  const sound = ending === 0;
  console.log(`${sound ? 'sound' : 'FAILED'}: ${name} (${secondsSince(started)})`);
  if (sound) return;
  console.log(output);
  problems.push(`${name} (${ending})`);
}

async function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-test-'));
  const report = join(folder, 'report.json');
  const options = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  if (filter.length > 0) options.push('--passWithNoTests=false');
  try {
    const vitest = installed('vitest/vitest.mjs');
    const { ending } = await finish(node, [vitest, 'run', ...options, ...filter], 'inherit');
    const counts = countTests(report);
    // Vitest also fails on errors outside of tests, or for want of any test; those must not vanish in a zero.
    if (ending !== 0 && counts.failed === 0) {
      problems.push(`vitest ended with ${ending} though no single test failed`);
    }
    if (strict && counts.skippedNames.length > 0)
      problems.push('nothing may be skipped with SLUICE_TEST_REQUIRE');
    return counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} report path of Vitest's JSON report */
function countTests(report) {
  const counts = { passed: 0, failed: 0, skippedNames: /** @type {string[]} */ ([]) };
  for (const file of readReport(report)) {
    for (const { status, fullName } of file.assertionResults) {
      if (status === 'passed') counts.passed++;
      else if (status === 'failed') counts.failed++;
      else counts.skippedNames.push(fullName);
    }
    // A file that could not even be loaded has no tests to count.
    const loaded = file.status !== 'failed' || file.assertionResults.some((test) => test.status === 'failed');
    if (!loaded) counts.failed++;
  }
  return counts;
}

/**
 * @param {string} path
 * @returns {{ status: string, assertionResults: { status: string, fullName: string }[] }[]}
 */
function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).testResults;
  } catch {
    say('Vitest left no report.');
    return [];
  }
}

/** @param {string} path below node_modules */
function installed(path) {
  return join(root, 'node_modules', path);
}
