// Makes `dist`, the package that `npm pack` packs.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildPackage } from '../scripts/package.mjs';

/** @param {string} path */
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

buildPackage(here('.'), { into: 'lib' });
const command = readFileSync(here('bin/sluice.mjs'), 'utf8');
mkdirSync(here('dist/bin'));
writeFileSync(here('dist/bin/sluice.mjs'), command.replace('../src/cli.ts', '../lib/cli.js'), {
  mode: 0o755,
});
