import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Program } from './program.ts';
import { root, startScript } from './program.ts';
import { postTo } from './receivers.ts';

/** A receiver that a page shows, running as somebody runs it who has copied it and installed Express. */
export interface RunningSample {
  readonly port: number;
  /** What it has printed. */
  readonly lines: readonly string[];
  /** Sends it a request as it is; answers the status. */
  send(headers: Readonly<Record<string, string | string[]>>, body: Uint8Array): Promise<number>;
  stop(): Promise<unknown>;
}

/**
 * Runs the text of a page, not a character of it changed; only its port is one that is free.
 * @param path where it takes webhooks
 */
export async function runSample(
  text: string,
  options: { readonly folder: string; readonly path: string; readonly environment: Record<string, string> },
): Promise<RunningSample> {
  const { folder, path, environment } = options;
  await writeFile(join(folder, 'sample.mjs'), text);
  await linkExpress(folder);
  const command = [process.execPath, '--import', join(root, 'e2e/src/any-port.mjs'), 'sample.mjs'];
  const program: Program = startScript(`exec ${command.map((word) => `'${word}'`).join(' ')}`, {
    folder,
    environment,
  });
  const port = Number((await program.line(/listens on port (\d+)/))[1]);
  return {
    port,
    lines: program.lines,
    send: (headers, body) => postTo(port, path, headers, body),
    stop() {
      program.signal('SIGTERM');
      return program.ended;
    },
  };
}

/** The contracts are tested with Express, so it is there. */
async function linkExpress(folder: string): Promise<void> {
  const installed = createRequire(join(root, 'contracts/package.json')).resolve('express');
  await mkdir(join(folder, 'node_modules'));
  await symlink(dirname(installed), join(folder, 'node_modules', 'express'));
}
