import { closeSync, openSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** Brings what was written to an open file onto the disk. */
export type Flush = (fd: number) => void;

/** The files of an embedded database, flushed to the disk when Postgres asks for it: PGlite's own files ignore that. */
export class FlushedFiles extends NodeFS {
  readonly #flush: Flush;

  constructor(dataDir: string, flush: Flush) {
    super(dataDir);
    this.#flush = flush;
  }

  override async init(...given: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(...given);
    const { preRun = [] } = emscriptenOpts;
    return {
      emscriptenOpts: {
        ...emscriptenOpts,
        preRun: [...preRun, (module) => this.#flushThrough(module.NODEFS)],
      },
    };
  }

  #flushThrough(files: unknown): void {
    if (!isNodeFiles(files)) throw new Error('This version of PGlite has no files that could be flushed.');
    files.stream_ops.fsync = ({ nfd }) => {
      files.tryFSOperation(() => this.#flush(nfd));
      return 0;
    };
  }
}

/** Emscripten's access to Node's files, as far as flushing needs it. */
interface NodeFiles {
  /** Turns errors of Node into those of Postgres. */
  tryFSOperation(operation: () => void): void;
  readonly stream_ops: { fsync?: (stream: { readonly nfd: number }) => number };
}

function isNodeFiles(files: unknown): files is NodeFiles {
  return (
    typeof files === 'object' &&
    files !== null &&
    'tryFSOperation' in files &&
    typeof files.tryFSOperation === 'function' &&
    'stream_ops' in files &&
    typeof files.stream_ops === 'object'
  );
}

/** Flushes a folder with all that is in it: what was made before Postgres ran flushes nothing by itself. */
export async function flushFolder(folder: string, flush: Flush): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile() || entry.isDirectory()) flushPath(join(entry.parentPath, entry.name), flush);
  }
  flushPath(folder, flush);
}

function flushPath(path: string, flush: Flush): void {
  const fd = openSync(path, 'r');
  try {
    flush(fd);
  } finally {
    closeSync(fd);
  }
}
