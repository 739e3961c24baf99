import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../../server/test/support/app.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const checkout = fileURLToPath(new URL('../..', import.meta.url));
const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
const execute = promisify(execFile);

let app: TestApp;
let folder: string;
let env: Record<string, string>;

/** The two that docs/client.md tells people to run: in the checkout, then in their project. */
async function commands(): Promise<string[]> {
  const page = await readFile(join(checkout, 'docs/client.md'), 'utf8');
  return (/^```sh\n([\s\S]*?)^```$/m.exec(page)?.[1] ?? '').split('\n');
}

/** In the project that has installed the package, with this Node. */
async function run(command: string, args: readonly string[], cwd = folder): Promise<string> {
  const PATH = `${dirname(process.execPath)}:${process.env.PATH ?? ''}`;
  return (
    await execute(command, args, { cwd, env: { ...process.env, ...env, PATH, npm_config_offline: 'true' } })
  ).stdout;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-client-'));
  app = await createTestApp('embedded');
  env = { SLUICE_URL: app.url, SLUICE_KEY: (await app.organization('acme')).key };
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  const [build = '', install = ''] = await commands();
  await run('bash', ['-euc', build.replace('npm pack', `npm pack --pack-destination '${folder}'`)], checkout);
  await run('bash', ['-euc', install.replace('../sluice', '.')]);
}, 120_000);

afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

test('installed elsewhere, its functions work', async () => {
  const program = `
    import { createClient, SluiceProblem } from '@sluice/client';
    const sluice = createClient({ url: process.env.SLUICE_URL, key: process.env.SLUICE_KEY });
    const { id } = await sluice.publishEvent({ type: 'invoice.paid', data: { amount: 1999 } });
    const ids = [];
    for await (const event of sluice.listEvents()) ids.push(event.id);
    const refused = await sluice.getDelivery('dlv_none').catch((error) => error);
    console.log(ids[0] === id, refused instanceof SluiceProblem, refused.code);`;
  expect(await run(process.execPath, ['--input-type=module', '-e', program])).toBe('true true not_found\n');
  const embed = `console.log(typeof (await import('@sluice/client/embed')).mountReview)`;
  expect(await run(process.execPath, ['--input-type=module', '-e', embed])).toBe('function\n');
});

test('and the sluice command', async () => {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const sluice = (...args: string[]) => run('npm', ['exec', '--no', '--', 'sluice', ...args]);
  expect(await sluice('--version')).toBe(`${version}\n`);
  expect(await sluice('publish', 'invoice.paid', '--data', '{}')).toMatch(
    /^published evt_\w+ invoice\.paid: /,
  );
  expect(await sluice('contracts')).toContain('standard');
});

test('its types are whole, for Node and for bundlers', async () => {
  await writeFile(
    join(folder, 'program.ts'),
    `import { type Client, createClient, type Delivery, SluiceProblem } from '@sluice/client';
     import { mountReview } from '@sluice/client/embed';
     const sluice: Client = createClient({ url: 'https://sluice.example.com', key: 'k' });
     export const failed: Delivery[] = [];
     for await (const delivery of sluice.listDeliveries({ state: 'failed' })) failed.push(await sluice.getDelivery(delivery.id));
     type State = Delivery['state'];
     type Knows<Name> = Name extends State ? true : false;
     export const known: Knows<'failed'> = true;
     export const unknown: Knows<'lost'> = false;
     export const all = [SluiceProblem, mountReview];`,
  );
  const options = ['--noEmit', '--strict', '--types', '', '--lib', 'es2024,dom', '--target', 'es2024'];
  for (const [module, resolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ] as const) {
    const kind = ['--module', module, '--moduleResolution', resolution];
    expect(await run(process.execPath, [tsc, ...options, ...kind, 'program.ts'])).toBe('');
  }
});

test('it holds no sources, and brings what it needs', async () => {
  const installed = join(folder, 'node_modules/@sluice/client');
  const files = await readdir(installed, { recursive: true });
  expect(files.filter((file) => /(?<!\.d)\.ts$/.test(file))).toEqual([]);
  expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'lib/index.d.ts']));
  const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
  expect(manifest.bundleDependencies).toEqual(Object.keys(manifest.dependencies));
  expect(manifest).not.toHaveProperty('private');
});
