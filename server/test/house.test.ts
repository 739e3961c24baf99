import { contracts } from '@sluice/contracts';
import { describe, expect, test } from 'vitest';
import { catalogue } from '../src/base/errors.ts';
import { products } from '../src/products/index.ts';
import { renderErrorsPage } from './house/errors-page.ts';
import { findEnvironmentReaders, findLongFiles, findMarks } from './house/habits.ts';
import { findCycles } from './house/imports.ts';
import { findKnownNames } from './house/names.ts';
import { isGenerated, readSource, readSources } from './house/source.ts';
import { findDisputedTables } from './house/tables.ts';
import { findForbiddenImports } from './house/walls.ts';
import { findRetiredWords } from './house/words.ts';

const presets = products.map(({ preset }) => preset);

/** Tables that no room writes, with the reason. */
const unwritten: Readonly<Record<string, string>> = {};

const code = ['.ts', '.tsx'];
const server = readSources('server/src', code);
const sources = [
  ...server,
  ...['contracts/src', 'doctor/src', 'client/src', 'portal/src', 'e2e'].flatMap((folder) =>
    readSources(folder, code),
  ),
];
const migrations = readSources('server/sql', ['.sql']);
const everything = ['contracts', 'doctor', 'client', 'portal', 'server', 'e2e', 'bench', 'scripts'].flatMap(
  (folder) => readSources(folder, [...code, '.mjs', '.sql']),
);

const prose = [
  ...['server/src', 'portal/src', 'client/src', 'contracts/src', 'doctor/src'].flatMap((folder) =>
    readSources(folder, code),
  ),
  ...readSources('docs', ['.md']),
  readSource('README.md'),
];

describe('the house', () => {
  test('has sources to look at', () => {
    expect(server.length).toBeGreaterThan(10);
    expect(migrations.length).toBeGreaterThan(0);
  });

  test('imports run downward through the walls', () => {
    expect(findForbiddenImports(sources)).toEqual([]);
  });

  test('no files import each other in a ring', () => {
    expect(findCycles(sources)).toEqual([]);
  });

  test('each table is written by exactly one room', () => {
    expect(findDisputedTables(server, migrations, unwritten)).toEqual([]);
  });

  test('only base/config.ts reads the environment', () => {
    expect(findEnvironmentReaders(server)).toEqual([]);
  });

  test('no code asks for a contract or a preset by its name', () => {
    const names = [...new Set([...contracts, ...presets].map(({ name }) => name))];
    expect(findKnownNames(server, names)).toEqual([]);
  });

  test('no source has more than 400 lines', () => {
    expect(
      findLongFiles(everything.filter((file) => !file.path.includes('/test/') && !isGenerated(file))),
    ).toEqual([]);
  });

  test('retired words stay retired', () => {
    expect(findRetiredWords(prose.filter((file) => !isGenerated(file)))).toEqual([]);
  });

  test('nothing is left undone, silenced or skipped', () => {
    expect(findMarks(everything.filter((file) => !isGenerated(file)))).toEqual([]);
  });

  test('docs/errors.md lists the catalogue (npm test -- house -u writes it)', async () => {
    await expect(renderErrorsPage(catalogue)).toMatchFileSnapshot('../../docs/errors.md');
  });
});
