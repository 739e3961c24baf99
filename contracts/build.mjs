// Makes `dist`, the package as it is published: JavaScript and declarations by tsc, and a package.json whose
// exports point at them. In the repository the exports point at the sources, so that nothing needs a build.
import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));

rmSync(here('dist'), { recursive: true, force: true });
execFileSync(process.execPath, [tsc, '-p', here('tsconfig.build.json')], { stdio: 'inherit' });

// tsc rewrites the endings of imports in JavaScript only.
for (const file of readdirSync(here('dist'), { recursive: true })) {
  if (!file.endsWith('.d.ts')) continue;
  const declarations = readFileSync(here(`dist/${file}`), 'utf8');
  writeFileSync(here(`dist/${file}`), declarations.replace(/(from '\.[^']*)\.ts';/g, "$1.js';"));
}

const {
  private: _,
  scripts: __,
  devDependencies: ___,
  ...kept
} = JSON.parse(readFileSync(here('package.json'), 'utf8'));
const built = Object.entries(kept.exports).map(([name, source]) => {
  const path = source.replace('./src/', './').replace(/\.ts$/, '');
  return [name, { types: `${path}.d.ts`, default: `${path}.js` }];
});
writeFileSync(
  here('dist/package.json'),
  `${JSON.stringify({ ...kept, exports: Object.fromEntries(built) }, null, 2)}\n`,
);
copyFileSync(here('README.md'), here('dist/README.md'));
