import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { routes } from '../../server/src/api/routes.ts';
import { readConfig } from '../../server/src/base/config.ts';
import { createLogger } from '../../server/src/base/log.ts';
import { createServices, openDatabase, realSurroundings } from '../../server/src/compose.ts';
import { createServer } from '../../server/src/http/server.ts';
import { problemDocuments } from '../../server/src/http/surface.ts';
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
  const services = createServices(config, database, log, await realSurroundings(database));
  const platform = routes.filter(({ surface }) => surface === problemDocuments);
  try {
    const server = await createServer(services, platform);
    const answer = await server.inject('/openapi.json');
    await server.close();
    return JSON.parse(answer.body);
  } finally {
    await services.http.close();
    await database.close();
    await rm(folder, { recursive: true });
  }
}
