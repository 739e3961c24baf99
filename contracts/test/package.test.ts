import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { vectorsOf } from './vectors.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
const folder = mkdtempSync(join(tmpdir(), 'sluice-contracts-'));
const installed = join(folder, 'node_modules/@sluice/contracts');

const run = (command: string, args: readonly string[], cwd = folder) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

const node = (script: string) => run(process.execPath, ['--input-type=module', '-e', script]).trim();

beforeAll(() => {
  run(process.execPath, [join(root, 'build.mjs')], root);
  run('npm', ['pack', join(root, 'dist'), '--pack-destination', folder, '--offline', '--silent']);
  const [archive = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  mkdirSync(installed, { recursive: true });
  run('tar', ['-xzf', archive, '-C', installed, '--strip-components=1']);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [vector] = vectorsOf('flowbeacon').receive;
const verifying = `
  const { flowbeacon, verify } = await import('@sluice/contracts');
  const { headers, body, secrets, now } = ${JSON.stringify(vector)};
  const check = (text) => verify(flowbeacon, { headers, body: text, secret: secrets, now: new Date(now * 1000) });
  const good = await check(body);
  const bad = await check(body + ' ');
  console.log(good.ok, bad.failure);
`;

test('alone in an empty folder, it verifies', () => {
  expect(node(verifying)).toBe('true bad_signature');
});

test('it does so without Node crypto', () => {
  const bare = `for (const name of ['process', 'Buffer', 'global']) delete globalThis[name];`;
  expect(node(`${bare}${verifying}`)).toBe('true bad_signature');
});

test.each(['express', 'fastify', 'hono', 'next', 'node'])(
  'its adapter for %s loads without anything else',
  (name) => {
    expect(node(`console.log(typeof (await import('@sluice/contracts/${name}')).webhook)`)).toBe('function');
  },
);

test('its doctor works without anything else', () => {
  const script = `
    for (const name of ['process', 'Buffer', 'global']) delete globalThis[name];
    const { diagnose } = await import('@sluice/contracts/doctor');
    const { standard } = await import('@sluice/contracts');
    const secret = standard.secret.format(new Uint8Array(32));
    const send = async () => ({ kind: 'response', status: 404, headers: {}, body: new Uint8Array(), durationMs: 1 });
    const report = await diagnose(standard, { secrets: [secret], send });
    console.log(report.sound, report.causes[0].code);
  `;
  expect(node(script)).toBe('false wrong_route');
});

test('it holds no sources, and needs nothing', () => {
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
  expect(files.filter((file) => /(?<!\.d)\.ts$/.test(file))).toEqual([]);
  const manifest = node(`
    import { readFileSync } from 'node:fs';
    console.log(readFileSync('node_modules/@sluice/contracts/package.json', 'utf8'));
  `);
  expect(JSON.parse(manifest)).not.toHaveProperty('dependencies');
  expect(JSON.parse(manifest)).not.toHaveProperty('private');
});

test('its declarations are whole, with no types but the language and the web', () => {
  writeFileSync(
    join(folder, 'receiver.ts'),
    `import { type Contract, getContract, standard, verify } from '@sluice/contracts';
     import { diagnose, type Report } from '@sluice/contracts/doctor';
     import { webhook } from '@sluice/contracts/next';
     import { webhook as express } from '@sluice/contracts/express';
     import { webhook as fastify } from '@sluice/contracts/fastify';
     import { webhook as hono } from '@sluice/contracts/hono';
     import { webhook as node } from '@sluice/contracts/node';
     export const found: Contract | undefined = getContract('standard');
     export const POST: (request: Request) => Promise<Response> = webhook({ contract: standard, secret: '' }, ({ body }) => {
       const bytes: Uint8Array = body;
       console.log(bytes);
     });
     export const report: Promise<Report> = diagnose(standard, {
       secrets: [''],
       send: async () => ({ kind: 'failure', failure: 'timeout', detail: '', durationMs: 1 }),
     });
     export const all = [express, fastify, hono, node, verify];
     type IsContract<T> = T extends Contract ? true : false;
     export const aNameIsNoContract: IsContract<{ name: string }> = false;`,
  );
  for (const [module, resolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ] as const) {
    const options = [
      '--noEmit',
      '--strict',
      '--types',
      '',
      '--lib',
      'es2022,dom,dom.iterable',
      '--target',
      'es2022',
    ];
    run(process.execPath, [
      tsc,
      ...options,
      '--module',
      module,
      '--moduleResolution',
      resolution,
      'receiver.ts',
    ]);
  }
});
