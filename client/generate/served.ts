import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../server/src/base/config.ts';
import { createLogger } from '../../server/src/base/log.ts';
import { doorOf, openDatabase } from '../../server/src/compose.ts';
import { createServer } from '../../server/src/http/server.ts';
import { createParts, realSurroundings } from '../../server/src/parts.ts';
import type { ApiDocument } from './document.ts';

/** What `GET /openapi.json` answers, products' surfaces included, of a server that listens nowhere and keeps nothing. */
export async function servedDocument(): Promise<ApiDocument> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-openapi-'));
  const config = readConfig({
    SLUICE_DATA_DIR: folder,
    SLUICE_ADMIN_TOKEN: 'nobody-asks-for-it',
    SLUICE_MASTER_KEY: Buffer.alloc(32, 1).toString('base64'),
  });
  const log = createLogger('silent');
  const database = await openDatabase(config, log);
  const parts = createParts(config, database, log, await realSurroundings(database));
  try {
    const server = await createServer(doorOf(parts));
    const answer = await server.inject('/openapi.json');
    await server.close();
    return JSON.parse(answer.body);
  } finally {
    await parts.http.close();
    await database.close();
    await rm(folder, { recursive: true });
  }
}
