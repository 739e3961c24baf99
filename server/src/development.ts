import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, ConfigError } from './base/config.ts';

/**
 * Adds the secrets that the settings leave out: generated once and stored in the data folder, readable by its owner
 * only. In production, `readConfig` has already refused missing secrets.
 */
export async function withDevelopmentSecrets(config: Config): Promise<Config> {
  if (config.adminToken !== null && config.masterKeys.length > 0) return config;
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const adminToken =
    config.adminToken ??
    (await kept(config.dataDir, 'admin-token', () => `admin_${randomBytes(24).toString('base64url')}`));
  if (config.masterKeys.length > 0) return { ...config, adminToken };
  const masterKey = Buffer.from(
    await kept(config.dataDir, 'master-key', () => randomBytes(32).toString('base64')),
    'base64',
  );
  if (masterKey.length !== 32)
    throw new ConfigError([
      `${join(config.dataDir, 'master-key')} is malformed; restore it, or the secrets that it encrypts are lost.`,
    ]);
  return { ...config, adminToken, masterKeys: [masterKey] };
}

/** Several processes may start together: all of them use the file of the first one. */
async function kept(folder: string, name: string, make: () => string): Promise<string> {
  const path = join(folder, name);
  try {
    await writeFile(path, make(), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return (await readFile(path, 'utf8')).trim();
}
