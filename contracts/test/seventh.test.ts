/** Adds the dialect that docs/contracts.md shows to a copy of the sources, and holds it to the suite. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { contracts } from '../src/index.ts';
import { conformance } from './suite.ts';

const docs = readFileSync(new URL('../../docs/contracts.md', import.meta.url), 'utf8');
const copy = mkdtempSync(join(tmpdir(), 'sluice-seventh-'));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** The code block that follows the mention of a file. */
function shown(file: string): string {
  const block = /```\w+\n(?<code>.*?)```/s.exec(docs.slice(docs.indexOf(`\`contracts/${file}\``)));
  return block?.groups?.code ?? '';
}

cpSync(new URL('../src', import.meta.url), copy, { recursive: true });
// The compiler's options are two folders up from the sources, and so not in reach of the copy.
const base: { compilerOptions: object } = JSON.parse(
  readFileSync(new URL('../../tsconfig.base.json', import.meta.url), 'utf8'),
);
const compilerOptions = { ...base.compilerOptions, lib: ['es2024', 'dom', 'dom.iterable'], types: [] };
writeFileSync(join(copy, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
writeFileSync(join(copy, 'package.json'), '{ "type": "module" }');
writeFileSync(join(copy, 'dialects/acme.ts'), shown('src/dialects/acme.ts'));
appendFileSync(join(copy, 'dialects.ts'), shown('src/dialects.ts'));
const extended: typeof import('../src/index.ts') = await import(pathToFileURL(join(copy, 'index.ts')).href);
const acme = extended.getContract('acme');

test('one line makes a contract known', () => {
  expect(shown('src/dialects.ts').trim().split('\n')).toHaveLength(1);
  expect(extended.contracts.map(({ name }) => name).sort()).toEqual(
    [...contracts.map(({ name }) => name), 'acme'].sort(),
  );
});

test('the new file is typed as the others are', () => {
  const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
  execFileSync(process.execPath, [tsc, '-p', copy], { stdio: 'pipe' });
});

if (acme === undefined) throw new Error('docs/contracts.md shows no dialect named acme');
conformance(acme, JSON.parse(shown('test/vectors/acme.json')), (body) => body.kind);

test('its own verdict stands', () => expect(acme.classify(422)).toBe('failed'));
