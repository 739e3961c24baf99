import { existsSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { contracts, getContract, standard } from '../src/index.ts';

const here = (path: string) => new URL(path, import.meta.url);
const names = contracts.map(({ name }) => name);

test('finds contracts by name', () => {
  expect(getContract('standard')).toBe(standard);
  expect(getContract('nothing')).toBe(undefined);
  expect(getContract('__proto__')).toBe(undefined);
  expect(names.map(getContract)).toEqual(contracts);
});

test('has every dialect there is, once', () => {
  const files = readdirSync(here('../src/dialects')).map((file) => file.replace(/\.ts$/, ''));
  expect([...names].sort()).toEqual(files.sort());
});

test.each(names)('%s has vectors and a test of its own', (name) => {
  expect(existsSync(here(`vectors/${name}.json`))).toBe(true);
  expect(existsSync(here(`dialects/${name}.test.ts`))).toBe(true);
});
