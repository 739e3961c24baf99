import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));

/** Takes away from a script the globals that only Node has. */
export const withoutNodeGlobals = `for (const name of ['process', 'Buffer', 'global']) delete globalThis[name];`;

/** The package of a workspace, built, packed and unpacked into the node_modules of an otherwise empty project. */
export class PackedProject {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sluice-packed-'));
  readonly #installed: string;

  /** @param workspace the name of its folder, which is the name of its package behind `@sluice/` */
  constructor(workspace: string) {
    this.#installed = join(this.#folder, 'node_modules/@sluice', workspace);
    const root = fileURLToPath(new URL(`../../${workspace}`, import.meta.url));
    this.#run(process.execPath, [join(root, 'build.mjs')], root);
    const options = ['--pack-destination', this.#folder, '--offline', '--silent'];
    this.#run('npm', ['pack', join(root, 'dist'), ...options]);
    const [archive = ''] = readdirSync(this.#folder).filter((name) => name.endsWith('.tgz'));
    mkdirSync(this.#installed, { recursive: true });
    this.#run('tar', ['-xzf', archive, '-C', this.#installed, '--strip-components=1']);
    writeFileSync(join(this.#folder, 'package.json'), '{ "type": "module" }');
  }

  /** Runs a module in the project; returns what it prints. */
  node(script: string): string {
    return this.#run(process.execPath, ['--input-type=module', '-e', script]).trim();
  }

  /** Checks a program with no types but the language's and the web's, for Node and for bundlers. Throws on errors. */
  typeCheck(program: string): void {
    writeFileSync(join(this.#folder, 'program.ts'), program);
    const options = ['--noEmit', '--strict', '--types', ''];
    const targets = ['--lib', 'es2022,dom,dom.iterable', '--target', 'es2022'];
    for (const [module, resolution] of [
      ['nodenext', 'nodenext'],
      ['esnext', 'bundler'],
    ] as const) {
      const modules = ['--module', module, '--moduleResolution', resolution];
      this.#run(process.execPath, [tsc, ...options, ...targets, ...modules, 'program.ts']);
    }
  }

  /** Paths of the package's files. */
  files(): string[] {
    return readdirSync(this.#installed, { recursive: true, encoding: 'utf8' });
  }

  manifest(): Record<string, unknown> {
    return JSON.parse(readFileSync(join(this.#installed, 'package.json'), 'utf8'));
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #run(command: string, args: readonly string[], cwd = this.#folder): string {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }
}
