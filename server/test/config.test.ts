import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig, settings } from '../src/base/config.ts';
import { helpText } from '../src/help.ts';

const key = Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('base64');
const production = {
  NODE_ENV: 'production',
  SLUICE_ADMIN_TOKEN: 'a-long-enough-random-token',
  SLUICE_MASTER_KEY: key,
};

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('the settings', () => {
  it('all have defaults in development', () => {
    expect(readConfig({})).toMatchObject({
      production: false,
      host: '127.0.0.1',
      port: 4100,
      databaseUrl: null,
      dataDir: './.sluice',
      roles: ['api', 'worker'],
      adminToken: null,
      masterKeys: [],
      demo: null,
      retentionDays: 30,
      logLevel: 'info',
    });
  });

  it('let deliveries reach loopback in development and nothing inside in production', () => {
    expect(readConfig({}).allowedTargets.map(({ address }) => address)).toEqual(['127.0.0.0', '::1']);
    expect(readConfig(production).allowedTargets).toEqual([]);
    expect(readConfig({ SLUICE_ALLOW_TARGETS: ' ' }).allowedTargets).toHaveLength(2);
  });

  it('count as left out when they are empty or blank', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: '  ', SLUICE_ROLES: '' })).toMatchObject({
      port: 4100,
      databaseUrl: null,
    });
  });

  it('take a pair of master keys, newest first', () => {
    const old = Buffer.alloc(32, 9).toString('base64');
    expect(
      readConfig({ SLUICE_MASTER_KEY: `${key} , ${old}` }).masterKeys.map((bytes) =>
        bytes.toString('base64'),
      ),
    ).toEqual([key, old]);
  });

  it('let a worker alone listen only where it has a port', () => {
    const worker = { SLUICE_ROLES: 'worker', DATABASE_URL: 'postgres://localhost/sluice' };
    expect(readConfig(worker).port).toBeNull();
    expect(readConfig({ ...worker, PORT: '0' }).port).toBe(0);
  });

  it.each<[Record<string, string>, string]>([
    [{ PORT: '65536' }, 'PORT is "65536"; use a whole number from 0 to 65535.'],
    [{ PORT: '4100a' }, 'PORT is "4100a"; use a whole number'],
    [{ PORT: '-1' }, 'PORT is "-1"'],
    [{ PORT: '4e3' }, 'PORT is "4e3"'],
    [{ SLUICE_RETENTION_DAYS: '0' }, 'SLUICE_RETENTION_DAYS is "0"; use a whole number from 1 to 3650.'],
    [{ SLUICE_ROLES: 'api,workers' }, 'SLUICE_ROLES is "api,workers"; use api, worker or api,worker.'],
    [{ SLUICE_ROLES: ',' }, 'SLUICE_ROLES is ","'],
    [{ SLUICE_ROLES: 'worker' }, 'SLUICE_ROLES=worker needs DATABASE_URL'],
    [{ DATABASE_URL: 'mysql://localhost/x' }, 'DATABASE_URL is not a Postgres URL'],
    [{ DATABASE_URL: 'localhost:5432' }, 'DATABASE_URL is not a Postgres URL'],
    [{ SLUICE_MASTER_KEY: 'short' }, 'SLUICE_MASTER_KEY is malformed; it is 32 bytes in base64'],
    [{ SLUICE_MASTER_KEY: `${key},` }, 'SLUICE_MASTER_KEY is malformed'],
    [{ SLUICE_MASTER_KEY: Buffer.alloc(31).toString('base64') }, 'SLUICE_MASTER_KEY is malformed'],
    [{ SLUICE_ADMIN_TOKEN: 'with space' }, 'SLUICE_ADMIN_TOKEN may hold only visible ASCII characters.'],
    [{ SLUICE_LOG_LEVEL: 'loud' }, 'SLUICE_LOG_LEVEL is "loud"; use one of trace'],
    [{ SLUICE_DEMO: 'yes' }, 'SLUICE_DEMO is "yes"; use 0 or 1.'],
    [{ SLUICE_ALLOW_TARGETS: '10.0.0.0' }, 'SLUICE_ALLOW_TARGETS has "10.0.0.0"; use CIDR or CIDR:port'],
    [{ SLUICE_ALLOW_TARGETS: '10.0.0.0/33' }, 'SLUICE_ALLOW_TARGETS has "10.0.0.0/33"'],
    [{ SLUICE_ALLOW_TARGETS: '::1/129' }, 'SLUICE_ALLOW_TARGETS has "::1/129"'],
    [{ SLUICE_ALLOW_TARGETS: '127.0.0.1/32:0' }, 'SLUICE_ALLOW_TARGETS has "127.0.0.1/32:0"'],
    [{ SLUICE_ALLOW_TARGETS: '127.0.0.1/32:65536' }, 'SLUICE_ALLOW_TARGETS has "127.0.0.1/32:65536"'],
    [{ SLUICE_ALLOW_TARGETS: 'localhost/32' }, 'SLUICE_ALLOW_TARGETS has "localhost/32"'],
  ])('are refused with what to do: %j', (environment, message) => {
    const problems = problemsOf(environment);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(message);
  });

  it.each<[Record<string, string>, string]>([
    [{ SLUICE_ADMIN_TOKEN: '' }, 'SLUICE_ADMIN_TOKEN is required in production'],
    [{ SLUICE_ADMIN_TOKEN: 'changeme' }, 'SLUICE_ADMIN_TOKEN is short or well known'],
    [{ SLUICE_ADMIN_TOKEN: 'fifteen-letters' }, 'SLUICE_ADMIN_TOKEN is short or well known'],
    [{ SLUICE_MASTER_KEY: '' }, 'SLUICE_MASTER_KEY is required in production'],
    [{ SLUICE_MASTER_KEY: Buffer.alloc(32).toString('base64') }, 'SLUICE_MASTER_KEY is one byte repeated'],
    [
      { SLUICE_MASTER_KEY: `${key},${Buffer.alloc(32, 7).toString('base64')}` },
      'SLUICE_MASTER_KEY is one byte repeated',
    ],
  ])('are held to more in production: %j', (change, message) => {
    expect(problemsOf({ ...production })).toEqual([]);
    const problems = problemsOf({ ...production, ...change });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(message);
  });

  it('are refused with everything that is wrong at once', () => {
    expect(problemsOf({ NODE_ENV: 'production', PORT: 'x', SLUICE_DEMO: '2' })).toHaveLength(4);
  });

  it('never repeat a secret in what they say', () => {
    const secrets = {
      SLUICE_MASTER_KEY: 'my-master-secret',
      SLUICE_ADMIN_TOKEN: 'my admin secret',
      DATABASE_URL: 'mysql://user:my-database-secret@host/x',
    };
    const said = problemsOf({ ...secrets, NODE_ENV: 'production' }).join('\n');
    for (const secret of ['my-master-secret', 'my admin secret', 'my-database-secret'])
      expect(said).not.toContain(secret);
  });

  it('are all in --help', () => {
    for (const { name, meaning } of settings)
      expect(helpText()).toMatch(new RegExp(`${name} +${meaning.slice(0, 10)}`));
  });
});
