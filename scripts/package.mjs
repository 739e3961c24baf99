/**
 * Makes of a workspace the folder that `npm pack` packs, `dist`: JavaScript and declarations by tsc, and a package.json
 * whose exports point at them. In the repository the exports point at the sources, so that nothing needs a build. The
 * dependencies come along in `dist/node_modules`: Sluice's own are on no registry, and so nothing has to be fetched.
 */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
const ownScope = '@sluice/';

/**
 * @param {string} folder of the workspace
 * @param {object} [options]
 * @param {string} [options.into] the folder of the package that the output of `src` goes to
 */
export function buildPackage(folder, { into = '' } = {}) {
  const dist = join(folder, 'dist');
  const modules = join(dist, 'node_modules');
  rmSync(dist, { recursive: true, force: true });
  const dependencies = dependenciesOf(folder);
  for (const name of dependencies) bundle(name, modules);
  compile(folder, dist, { into, modules, bundled: dependencies });
}

/**
 * Puts a dependency, and what Sluice's own depend on, into a package.
 *
 * @param {string} name
 * @param {string} modules the package's node_modules
 */
function bundle(name, modules) {
  const target = join(modules, name);
  if (existsSync(target)) return;
  if (!name.startsWith(ownScope))
    return cpSync(join(root, 'node_modules', name), target, { recursive: true });
  const folder = join(root, name.slice(ownScope.length));
  for (const needed of dependenciesOf(folder)) bundle(needed, modules);
  compile(folder, target, { into: '', modules, bundled: [] });
}

/**
 * @param {string} folder of the workspace
 * @param {string} target where the package goes
 * @param {{ into: string, modules: string, bundled: string[] }} options
 */
function compile(folder, target, { into, modules, bundled }) {
  const output = join(target, into);
  const config = join(target, 'tsconfig.json');
  mkdirSync(target, { recursive: true });
  writeFileSync(
    config,
    JSON.stringify({
      extends: join(folder, 'tsconfig.build.json'),
      compilerOptions: { outDir: output, paths: declarationPaths(modules) },
    }),
  );
  execFileSync(process.execPath, [tsc, '-p', config], { stdio: 'inherit' });
  rmSync(config);

  // tsc rewrites the endings of imports in JavaScript only.
  for (const file of readdirSync(output, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.d.ts') || file.startsWith('node_modules')) continue;
    const declarations = readFileSync(join(output, file), 'utf8');
    writeFileSync(join(output, file), declarations.replace(/(from '\.[^']*)\.ts';/g, "$1.js';"));
  }

  const { private: _, scripts: __, devDependencies: ___, ...kept } = manifestOf(folder);
  const exports = Object.entries(kept.exports).map(([name, source]) => {
    const path = `./${join(into, source.replace('./src/', '').replace(/\.ts$/, ''))}`;
    return [name, { types: `${path}.d.ts`, default: `${path}.js` }];
  });
  const manifest = { ...kept, exports: Object.fromEntries(exports) };
  if (bundled.length > 0) manifest.bundleDependencies = bundled;
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  copyFileSync(join(folder, 'README.md'), join(target, 'README.md'));
  copyFileSync(join(root, 'LICENSE'), join(target, 'LICENSE'));
}

/**
 * Where the declarations of the built packages of Sluice are; the workspaces of the same names export sources.
 *
 * @param {string} modules
 * @returns {Record<string, string[]>}
 */
function declarationPaths(modules) {
  const folder = join(modules, ownScope);
  if (!existsSync(folder)) return {};
  const built = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'package.json')));
  return Object.fromEntries(
    built.flatMap((name) =>
      Object.entries(manifestOf(join(folder, name)).exports).map(([entry, { types }]) => [
        join(ownScope, name, entry),
        [join(folder, name, types)],
      ]),
    ),
  );
}

/** @param {string} folder @returns {string[]} */
function dependenciesOf(folder) {
  return Object.keys(manifestOf(folder).dependencies ?? {});
}

/** @param {string} folder */
function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
