import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the next start needs, so that the demonstration's receiver is where its endpoints look for it. */
export interface Kept {
  readonly port: number;
  /** Of the organization that the printed `curl` publishes for. */
  readonly key: string;
  /** Contract → the secret of its endpoint. */
  readonly secrets: Readonly<Record<string, string>>;
}

const fileName = 'demonstration.json';

/** Beside the other secrets that development makes for itself, and as readable as they are: for the owner only. */
export async function keep(dataDir: string, kept: Kept): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await writeFile(join(dataDir, fileName), JSON.stringify(kept), { mode: 0o600 });
}

/** `null` where no demonstration was made, or its file is not whole. */
export async function readKept(dataDir: string): Promise<Kept | null> {
  try {
    const kept: Kept = JSON.parse(await readFile(join(dataDir, fileName), 'utf8'));
    return kept;
  } catch {
    return null;
  }
}
