import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfig, settings } from '../src/base/config.ts';
import { createMetrics } from '../src/base/metrics.ts';
import { helpText } from '../src/help.ts';
import { products } from '../src/products/index.ts';
import { scopes } from '../src/tenants/scopes.ts';
import {
  anchorsOf,
  codeOf,
  fencesOf,
  type Page,
  relativeLinksOf,
  rowsOf,
  sectionOf,
} from './docs/markdown.ts';
import { readSources } from './house/source.ts';

const presets = products.map(({ preset }) => preset);

const root = join(import.meta.dirname, '../..');
const read = (path: string): Page => ({ path, text: readFileSync(join(root, path), 'utf8') });
const front = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'].map(read);
const pages = [...front, ...readSources('docs', ['.md'])];
const page = (path: string) => pages.find((candidate) => candidate.path === path) ?? read(path);
const operating = page('docs/operating.md');

/** Examples that a reader may run → the test that runs them, or why none does. */
const examples: Readonly<Record<string, string>> = {
  'README.md: Two commands': 'scripts in package.json',
  'README.md: First event': 'e2e/test/readme.test.ts',
  'docs/operating.md: Production': 'e2e/test/readme.test.ts',
  'docs/reviews.md: An example from end to end': 'server/test/reviews/guide.test.ts',
  'docs/contracts.md: A seventh': 'contracts/test/seventh.test.ts',
  'docs/client.md: Getting it': 'client/test/package.test.ts',
  'docs/client.md: In a program': 'client/test/examples.test.ts',
  'docs/doctor.md: The receiver doctor': 'client/test/examples.test.ts',
};

describe('the documents', () => {
  test('every link leads to a file, and to a heading in it', () => {
    const broken = pages.flatMap(({ path, text }) =>
      relativeLinksOf(text).flatMap((target) => {
        const [file = '', anchor] = target.split('#');
        const found = file === '' ? path : normalize(join(dirname(path), file));
        if (!existsSync(join(root, found))) return [`${path}: ${target}`];
        return anchor === undefined || anchorsOf(page(found).text).includes(anchor)
          ? []
          : [`${path}: ${target}`];
      }),
    );
    expect(pages.flatMap(({ text }) => relativeLinksOf(text)).length).toBeGreaterThan(20);
    expect(broken).toEqual([]);
  });

  test('every example is run by a test', () => {
    const shown = pages.flatMap(({ path, text }) =>
      fencesOf(text)
        .filter(({ language }) => /^(sh|bash|ts|js|)$/.test(language))
        .map(({ heading }) => `${path}: ${heading}`),
    );
    expect([...new Set(shown)].sort()).toEqual(Object.keys(examples).sort());
    for (const [example, runner] of Object.entries(examples)) {
      if (!runner.endsWith('.ts')) continue;
      const [path = ''] = example.split(': ');
      expect(read(runner).text, `${runner} reads ${path}`).toContain(
        path.replace('docs/contracts', 'contracts'),
      );
    }
  });

  test('every npm command that they name exists', () => {
    const scriptsOf = (workspace = '.'): Record<string, string> =>
      JSON.parse(read(join(workspace, 'package.json')).text).scripts;
    const named = pages.flatMap(({ text }) => [
      ...text.matchAll(/\bnpm (?:run (\w+)(?: -w (\w+))?|(start|test))\b/g),
    ]);
    const missing = named
      .map(([, script, workspace, short]) => ({ name: script ?? short ?? '', workspace }))
      .filter(({ name, workspace }) => !(name in scriptsOf(workspace)));
    expect(named.length).toBeGreaterThan(5);
    expect(missing).toEqual([]);
  });

  test('every source that they name exists', () => {
    const sources = pages.flatMap(({ path, text }) =>
      codeOf(text)
        .filter((code) => /^[\w./-]+\/[\w.-]+\.(?:ts|mjs)$/.test(code) && !code.includes('acme'))
        .map((code) => ({ path, code })),
    );
    const missing = sources.filter(
      ({ code }) =>
        !['', 'server/src', 'contracts/src', 'client'].some((base) => existsSync(join(root, base, code))),
    );
    expect(sources.length).toBeGreaterThan(15);
    expect(missing).toEqual([]);
  });

  test('every promise names tests, and those exist', () => {
    const cells = rowsOf(page('docs/guarantees.md').text).map(([, test = '']) => test);
    let path = '';
    const missing = cells.flatMap((cell) => {
      const named = [...cell.matchAll(/`([\w./-]+\.test\.ts)`|“([^”]+)”/g)];
      return named.flatMap(([, file, title]) => {
        path = file ?? path;
        return title === undefined || read(path).text.includes(title) ? [] : [`${path}: ${title}`];
      });
    });
    expect(cells.length).toBeGreaterThan(20);
    expect(cells.filter((cell) => !/\.test\.ts|“|the first one again/.test(cell))).toEqual([]);
    expect(missing).toEqual([]);
  });

  test('every route that they name exists', () => {
    const { paths } = JSON.parse(read('client/openapi.json').text);
    const known = new Set(
      Object.entries<object>(paths).flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, '{}')}`),
      ),
    );
    const named = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/\b(GET|POST|PUT|PATCH|DELETE) (\/v1\/[\w/{}-]+)/g)].map(
        ([, method, route = '']) => ({
          path,
          route: `${method} ${presets
            .reduce((generic, { name }) => generic.replace(`/presets/${name}`, '/presets/{}'), route)
            .replaceAll(/\{\w+\}/g, '{}')}`,
        }),
      ),
    );
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter(({ route }) => !known.has(route))).toEqual([]);
  });
});

describe('the settings', () => {
  const table = `| setting | default | meaning |\n| --- | --- | --- |\n${settings
    .map(
      ({ name, fallback, meaning }) => `| \`${name}\` | ${fallback} | ${meaning.replaceAll('|', '\\|')} |\n`,
    )
    .join('')}`;

  test('stand in docs/operating.md as they are (npm test -- docs -u writes them)', async () => {
    const written = operating.text.replace(/\| setting \|[^\n]*\n(?:\|[^\n]*\n)*/, () => table);
    await expect(written).toMatchFileSnapshot('../../docs/operating.md');
  });

  test('are those that the configuration reads, and --help prints them', () => {
    const asked = new Set<string>();
    const environment = new Proxy({}, { get: (_, name) => void asked.add(String(name)) });
    readConfig(environment);
    expect(settings.map(({ name }) => name).sort()).toEqual([...asked].sort());
    for (const { name } of settings) expect(helpText()).toContain(` ${name} `);
  });

  test('have the defaults that they say', () => {
    const config = readConfig({});
    const said = Object.fromEntries(settings.map(({ name, fallback }) => [name, fallback]));
    expect(said).toMatchObject({
      HOST: config.host,
      PORT: String(config.port),
      SLUICE_DATA_DIR: config.dataDir,
      SLUICE_ROLES: config.roles.join(','),
      SLUICE_RETENTION_DAYS: String(config.retentionDays),
      SLUICE_LOG_LEVEL: config.logLevel,
    });
    expect(config.databaseUrl).toBeNull();
    expect(config.production).toBe(false);
  });

  test('no document names another one', () => {
    const ofTheCommand = read('client/src/cli/program.ts').text.match(/\bSLUICE_[A-Z_]+\b/g) ?? [];
    const known = new Set([...settings.map(({ name }) => name), ...ofTheCommand]);
    const named = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/\bSLUICE_[A-Z_]+\b/g)].map(([name]) => ({ path, name })),
    );
    const unknown = named.filter(({ name }) => !known.has(name) && !name.startsWith('SLUICE_TEST_'));
    expect(unknown).toEqual([]);
  });
});

test('docs/operating.md names every metric, and no other', async () => {
  const names = (await createMetrics().registry.getMetricsAsArray()).map(({ name }) => name);
  const named = [...sectionOf(operating, 'What to watch').matchAll(/\bsluice_[a-z_]+/g)].map(
    ([name]) => name,
  );
  expect([...new Set(named)].sort()).toEqual(names.sort());
});

test('docs/concepts.md describes every scope, and no other', () => {
  const rows = rowsOf(sectionOf(page('docs/concepts.md'), 'Who sees what'));
  expect(rows.flatMap(([names = '']) => codeOf(names)).sort()).toEqual([...scopes].sort());
  expect(rows.filter(([, meaning = '']) => meaning === '')).toEqual([]);
});

test('docs/presets.md lists every preset with its contract and the number of its types', () => {
  const rows = rowsOf(page('docs/presets.md').text).map(([name, contract, prefix, types = '']) => [
    name,
    contract,
    prefix,
    types.split(':')[0],
  ]);
  expect(rows.sort()).toEqual(
    presets
      .map(({ name, contract, keyPrefix, eventTypes }) => [
        ...[name, contract.name, keyPrefix].map((text) => `\`${text}\``),
        String(eventTypes.length),
      ])
      .sort(),
  );
});
