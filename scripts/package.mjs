/**
 * Makes of a workspace the folder that `npm pack` packs, `dist`: JavaScript and declarations by tsc, and a package.json
 * whose exports point at them. In the repository the exports point at the sources, so that nothing needs a build.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
const license = fileURLToPath(new URL('../LICENSE', import.meta.url));

/**
 * @param {string} folder of the workspace
 * @param {object} [options]
 * @param {string} [options.dist] where the package goes
 * @param {string} [options.into] where in it the output of `src` goes
 * @param {object} [options.manifest] what package.json says besides, or says differently
 */
export function buildPackage(folder, { dist = join(folder, 'dist'), into = '', manifest = {} } = {}) {
  const output = join(dist, into);
  rmSync(output, { recursive: true, force: true });
  execFileSync(process.execPath, [tsc, '-p', join(folder, 'tsconfig.build.json'), '--outDir', output], {
    stdio: 'inherit',
  });

  // tsc rewrites the endings of imports in JavaScript only.
  for (const file of readdirSync(output, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.d.ts')) continue;
    const declarations = readFileSync(join(output, file), 'utf8');
    writeFileSync(join(output, file), declarations.replace(/(from '\.[^']*)\.ts';/g, "$1.js';"));
  }

  const {
    private: _,
    scripts: __,
    devDependencies: ___,
    ...kept
  } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const built = Object.entries(kept.exports).map(([name, source]) => {
    const path = `./${join(into, source.replace('./src/', '').replace(/\.ts$/, ''))}`;
    return [name, { types: `${path}.d.ts`, default: `${path}.js` }];
  });
  const said = { ...kept, exports: Object.fromEntries(built), ...manifest };
  writeFileSync(join(dist, 'package.json'), `${JSON.stringify(said, null, 2)}\n`);
  copyFileSync(join(folder, 'README.md'), join(dist, 'README.md'));
  copyFileSync(license, join(dist, 'LICENSE'));
}
