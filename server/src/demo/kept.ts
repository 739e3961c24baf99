import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the next start needs to continue the demonstration. */
export interface Kept {
  readonly port: number;
  /** The key in the printed `curl` command. */
  readonly key: string;
  /** Contract → the secret of its endpoint. */
  readonly secrets: Readonly<Record<string, string>>;
}

const fileName = 'demonstration.json';

/** Writes it to the data folder, readable by its owner only. */
export async function keep(dataDir: string, kept: Kept): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await writeFile(join(dataDir, fileName), JSON.stringify(kept), { mode: 0o600 });
}

/** `null` where no demonstration was made or its file is damaged. */
export async function readKept(dataDir: string): Promise<Kept | null> {
  try {
    const kept: Kept = JSON.parse(await readFile(join(dataDir, fileName), 'utf8'));
    return kept;
  } catch {
    return null;
  }
}
