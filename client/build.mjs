// Makes `dist`, the package that `npm pack` packs. What it needs comes along in it: nothing has to be fetched to
// install it, and the contracts are on no registry.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPackage } from '../scripts/package.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

rmSync(here('dist'), { recursive: true, force: true });
buildPackage(here('../contracts'), { dist: here('dist/node_modules/@sluice/contracts') });
const commander = dirname(fileURLToPath(import.meta.resolve('commander')));
cpSync(commander, here('dist/node_modules/commander'), { recursive: true });

const { dependencies } = JSON.parse(readFileSync(here('package.json'), 'utf8'));
buildPackage(here('.'), { into: 'lib', manifest: { bundleDependencies: Object.keys(dependencies) } });
const command = readFileSync(here('bin/sluice.mjs'), 'utf8');
mkdirSync(here('dist/bin'));
writeFileSync(here('dist/bin/sluice.mjs'), command.replace('../src/cli.ts', '../lib/cli.js'), {
  mode: 0o755,
});
