import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { MemoryFS, PGlite } from '@electric-sql/pglite';

/** What a data folder holds. */
interface Entry {
  readonly path: string;
  /** `null`: a folder. */
  readonly content: Buffer | null;
}

/** Most of what a start costs is clearing this memory, of which no test needs the usual 128 MB. */
const startParams = [...PGlite.defaultStartParams, '-c', 'shared_buffers=32MB'];

const models = new Map<string, Promise<readonly Entry[]>>();

/**
 * A database in memory like the one of that name, which the first who asks prepares. Its files are put into place as
 * they are: that takes a quarter of the time that PGlite takes to load them from an archive.
 * @param name names what `prepare` makes: who changes that, changes the name
 */
export async function openEmbeddedCopy(
  name: string,
  prepare: (pglite: PGlite) => Promise<void>,
): Promise<PGlite> {
  const model = models.get(name) ?? readModel(name, prepare);
  models.set(name, model);
  return PGlite.create({ fs: new CopiedFiles(await model), startParams });
}

class CopiedFiles extends MemoryFS {
  readonly #entries: readonly Entry[];

  constructor(entries: readonly Entry[]) {
    super();
    this.#entries = entries;
  }

  override async initialSyncFs(): Promise<void> {
    if (!this.pg) throw new Error('The files come before their database.');
    const { FS } = this.pg.Module;
    const { PGDATA } = PGlite.paths;
    FS.mkdir(PGDATA, 0o700);
    for (const { path, content } of this.#entries) {
      if (content === null) FS.mkdir(`${PGDATA}/${path}`, 0o700);
      else FS.writeFile(`${PGDATA}/${path}`, new Uint8Array(content), { canOwn: true });
    }
  }
}

/** Kept for other processes in the folder for temporary files. */
async function readModel(
  name: string,
  prepare: (pglite: PGlite) => Promise<void>,
): Promise<readonly Entry[]> {
  const folder = join(tmpdir(), name);
  if (!existsSync(folder)) {
    const unfinished = `${folder}.${randomBytes(4).toString('hex')}`;
    const pglite = await PGlite.create(unfinished);
    await prepare(pglite);
    // In order, so that no copy has anything to recover.
    await pglite.close();
    await rename(unfinished, folder).catch(async (error: unknown) => {
      // Somebody else was first.
      if (!existsSync(folder)) throw error;
      await rm(unfinished, { recursive: true });
    });
  }
  return readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return { path: relative(folder, path), content: entry.isDirectory() ? null : readFileSync(path) };
  });
}
