import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/** Whether each test file has a process of its own. Where it has not, files share the modules that they load. */
const isolated: Readonly<Record<string, boolean>> = {
  contracts: false,
  doctor: false,
  client: false,
  portal: false,
  server: true,
  e2e: true,
  bench: true,
};
const workspaces = Object.keys(isolated).filter((name) => existsSync(name));

export default defineConfig({
  test: {
    // Processes, not threads: the embedded database is WebAssembly and its memory goes when the process does.
    pool: 'forks',
    // V8 now and then dies over freeing compiled WebAssembly that it has replaced (UnregisterWasmAllocation, SIGTRAP).
    execArgv: ['--no-wasm-code-gc'],
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    passWithNoTests: true,
    projects: workspaces.map((name) => ({
      extends: true,
      test: {
        name,
        root: name,
        include: ['{src,test}/**/*.test.ts', '*.test.ts'],
        isolate: isolated[name] ?? true,
      },
    })),
  },
});
