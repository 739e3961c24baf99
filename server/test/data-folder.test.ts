import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEmbedded } from '../src/db/connect.ts';
import { lockDataFolder } from '../src/db/data-folder.ts';

const source = new URL('../src/db/data-folder.ts', import.meta.url);

describe('the data folder', () => {
  let folder: string;
  const children: ReturnType<typeof spawn>[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-lock-'));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  /** A process that has the folder. */
  async function holder() {
    const script = `import { lockDataFolder } from ${JSON.stringify(source.href)};
      await lockDataFolder(${JSON.stringify(folder)}); console.log('locked'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    return {
      kill: () =>
        new Promise((resolve) => {
          child.once('exit', resolve);
          child.kill('SIGKILL');
        }),
    };
  }

  it('belongs to one process: the second is refused and told what to do', async () => {
    await holder();
    await expect(lockDataFolder(folder)).rejects.toThrow(
      /is in use by another process. Stop that one, or set SLUICE_DATA_DIR/,
    );
    await expect(openEmbedded(folder)).rejects.toThrow(/is in use by another process/);
  });

  it('is taken over from a process that was killed', async () => {
    const { kill } = await holder();
    await kill();
    expect(await readdir(folder)).toContain('lock');
    const unlock = await lockDataFolder(folder);
    await expect(lockDataFolder(folder)).rejects.toThrow(/in use/);
    await unlock();
  });

  it('is taken over by one of many that try at once', async () => {
    const { kill } = await holder();
    await kill();
    const tries = await Promise.allSettled(Array.from({ length: 12 }, () => lockDataFolder(folder)));
    const won = tries.filter((result) => result.status === 'fulfilled');
    expect(won).toHaveLength(1);
    await expect(lockDataFolder(folder)).rejects.toThrow(/in use/);
    await won[0]?.value();
  });

  it('is free again once it was let go', async () => {
    for (let n = 0; n < 3; n += 1) await (await lockDataFolder(folder))();
    expect(await readdir(folder)).toEqual([]);
  });

  it('may have a path that is too long for a socket', async () => {
    const deep = await mkdtemp(join(folder, 'a'.repeat(90)));
    const unlock = await lockDataFolder(deep);
    await expect(lockDataFolder(deep)).rejects.toThrow(/in use/);
    await unlock();
  });

  it('is the same folder by every path', async () => {
    const unlock = await lockDataFolder(folder);
    await expect(lockDataFolder(join(folder, '..', folder.split('/').at(-1) ?? ''))).rejects.toThrow(
      /in use/,
    );
    await unlock();
  });
});
