import { type Ending, type Program, startProgram } from './program.ts';

/** The operator's token of every service that tests start. */
export const operatorToken = 'operator-token-of-the-outside-tests';
const masterKey = Buffer.alloc(32, 11).toString('base64');

export interface ServiceOptions {
  readonly dataDir: string;
  /** Left out: the embedded database in `dataDir`. */
  readonly databaseUrl?: string;
  readonly roles?: 'api' | 'worker';
  readonly environment?: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
}

/** A Sluice process that has said where it listens. */
export interface Service {
  readonly program: Program;
  readonly address: string;
  /** SIGKILL: nothing of what it was doing gets finished. */
  kill(): Promise<Ending>;
  /** SIGTERM, and how long it took to drain. */
  terminate(): Promise<Ending & { readonly ms: number }>;
}

/** Starts `server/src/main.ts` as an operator would, on a free port, and waits until it listens. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const program = startServiceProgram(options);
  const [, address = ''] = await program.line(/^Sluice listens on (\S+) /);
  return {
    program,
    address,
    kill() {
      program.signal('SIGKILL');
      return program.ended;
    },
    async terminate() {
      const since = performance.now();
      program.signal('SIGTERM');
      return { ...(await program.ended), ms: performance.now() - since };
    },
  };
}

/** The same without waiting: for starts that are meant to fail. */
export function startServiceProgram(options: ServiceOptions): Program {
  const { dataDir, databaseUrl, roles, environment = {}, nodeArgs = [] } = options;
  return startProgram({
    entry: 'server/src/main.ts',
    nodeArgs,
    environment: {
      PORT: '0',
      SLUICE_DATA_DIR: dataDir,
      SLUICE_DEMO: '0',
      SLUICE_ADMIN_TOKEN: operatorToken,
      SLUICE_MASTER_KEY: masterKey,
      SLUICE_LOG_LEVEL: 'warn',
      ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
      ...(roles === undefined ? {} : { SLUICE_ROLES: roles }),
      ...environment,
    },
  });
}
