import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../server/src/base/config.ts';
import { createLogger } from '../../server/src/base/log.ts';
import { doorOf, openDatabase } from '../../server/src/compose.ts';
import { createServer } from '../../server/src/http/server.ts';
import { problemDocuments } from '../../server/src/http/surface.ts';
import { createParts, realSurroundings } from '../../server/src/parts.ts';
import type { ApiDocument } from './document.ts';

/**
 * What `GET /openapi.json` answers, of a server that listens nowhere and keeps nothing. Without the surfaces of single
 * products: those have ways of their own to sign, to answer and to refuse, and clients that know them.
 */
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
  const door = doorOf(parts);
  const routes = door.routes.filter(({ surface }) => surface === problemDocuments);
  try {
    const server = await createServer({ ...door, routes });
    const answer = await server.inject('/openapi.json');
    await server.close();
    return JSON.parse(answer.body);
  } finally {
    await parts.http.close();
    await database.close();
    await rm(folder, { recursive: true });
  }
}
