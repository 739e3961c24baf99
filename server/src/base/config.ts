import { isIP } from 'node:net';

/** What this process does. */
export type Role = 'api' | 'worker';

/** A range of otherwise forbidden addresses that deliveries may reach; `port` null: every port. */
export interface AllowedTarget {
  readonly address: string;
  readonly prefixLength: number;
  readonly port: number | null;
}

export interface Config {
  readonly production: boolean;
  readonly host: string;
  /** Where browsers reach the service, without a slash at the end. */
  readonly publicUrl: string;
  /** Addresses and ranges of proxies whose `X-Forwarded-…` headers are trusted. */
  readonly trustedProxies: readonly string[];
  /** `null`: the process does not listen (a worker alone, without PORT). */
  readonly port: number | null;
  /** `null`: the embedded database in `dataDir`. */
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  /** Whether commits of the embedded database are flushed to the disk before they are answered. */
  readonly embeddedFlush: boolean;
  readonly roles: readonly Role[];
  /** `null`: to be generated in the data folder (development only). */
  readonly adminToken: string | null;
  /** Newest first; empty: to be generated in the data folder (development only). */
  readonly masterKeys: readonly Buffer[];
  readonly allowedTargets: readonly AllowedTarget[];
  /** `null`: only where the data folder is empty. */
  readonly demo: boolean | null;
  readonly retentionDays: number;
  /** How long a stopping process waits for requests and deliveries under way. */
  readonly drainMs: number;
  readonly logLevel: string;
}

/** All wrong settings at once, each with its remedy. */
export class ConfigError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Every setting: `--help` and the table in docs/operating.md are made from this list. */
export const settings: readonly { name: string; fallback: string; meaning: string }[] = [
  {
    name: 'NODE_ENV',
    fallback: 'development',
    meaning:
      'in production, the start is refused without secrets or with well-known ones; none are generated',
  },
  { name: 'HOST', fallback: '127.0.0.1', meaning: 'address where the API and the portal listen' },
  {
    name: 'PORT',
    fallback: '4100',
    meaning:
      'port where the API and the portal listen; 0 takes a free one; a worker alone listens only if it is set',
  },
  {
    name: 'SLUICE_PUBLIC_URL',
    fallback: 'http://HOST:PORT',
    meaning: 'where browsers reach the API and the portal: https://sluice.example.com',
  },
  {
    name: 'SLUICE_TRUSTED_PROXIES',
    fallback: 'none',
    meaning:
      'comma-separated addresses or CIDR of proxies in front, whose X-Forwarded-For, -Host and -Proto are trusted',
  },
  {
    name: 'DATABASE_URL',
    fallback: 'embedded',
    meaning: 'any Postgres of version 15 or later: postgres://user:password@host:5432/name',
  },
  {
    name: 'SLUICE_DATA_DIR',
    fallback: './.sluice',
    meaning: 'embedded database and generated development secrets',
  },
  {
    name: 'SLUICE_EMBEDDED_FLUSH',
    fallback: '1 in production, 0 in development',
    meaning:
      '1: commits of the embedded database survive a power failure; 0: only a crash of the process, but faster',
  },
  {
    name: 'SLUICE_ROLES',
    fallback: 'api,worker',
    meaning: 'what this process does; several processes share one Postgres',
  },
  {
    name: 'SLUICE_ADMIN_TOKEN',
    fallback: 'generated in development',
    meaning: "the operator's bearer token: organizations and their first keys",
  },
  {
    name: 'SLUICE_MASTER_KEY',
    fallback: 'generated in development',
    meaning: '32 bytes, base64: encrypts signing secrets at rest; "new,old" while it is being replaced',
  },
  {
    name: 'SLUICE_ALLOW_TARGETS',
    fallback: 'loopback in development, none in production',
    meaning: 'comma-separated CIDR[:port] of otherwise forbidden addresses that deliveries may reach',
  },
  {
    name: 'SLUICE_DEMO',
    fallback: '1 in development on an empty data folder',
    meaning: '0 leaves the demonstration out',
  },
  { name: 'SLUICE_RETENTION_DAYS', fallback: '30', meaning: 'age at which ledger and payloads are dropped' },
  {
    name: 'SLUICE_DRAIN_SECONDS',
    fallback: '30',
    meaning:
      'how long SIGTERM waits for requests and attempts under way; the rest is cut off and retried by others',
  },
  { name: 'SLUICE_LOG_LEVEL', fallback: 'info', meaning: 'trace, debug, info, warn, error, fatal or silent' },
];

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** Tokens that appear in documents and examples, and are refused in production. */
const knownTokens = new Set([
  'admin',
  'changeme',
  'change-me',
  'secret',
  'password',
  'development',
  'token',
  'test',
]);

/** The environment, and the problems found in it so far. */
interface Reading {
  /** The value of a setting without white space around it; `null` where it is missing or empty. */
  text(name: string): string | null;
  readonly production: boolean;
  readonly problems: string[];
}

/**
 * Reads the settings.
 * @throws {ConfigError} listing every problem
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const text = (name: string): string | null => environment[name]?.trim() || null;
  const production = text('NODE_ENV') === 'production';
  const problems: string[] = [];
  const reading: Reading = { text, production, problems };
  const host = text('HOST') ?? '127.0.0.1';
  const port = readInteger(reading, 'PORT', { fallback: 4100, min: 0, max: 65_535 });
  const roles = readRoles(reading);
  const config: Config = {
    production,
    host,
    publicUrl: readPublicUrl(reading, host, port),
    trustedProxies: readProxies(reading),
    port: roles.includes('api') || text('PORT') !== null ? port : null,
    databaseUrl: readDatabaseUrl(reading),
    dataDir: text('SLUICE_DATA_DIR') ?? './.sluice',
    embeddedFlush: readSwitch(reading, 'SLUICE_EMBEDDED_FLUSH') ?? production,
    roles,
    adminToken: readAdminToken(reading),
    masterKeys: readMasterKeys(reading),
    allowedTargets: readTargets(reading),
    demo: readSwitch(reading, 'SLUICE_DEMO') ?? (production ? false : null),
    retentionDays: readInteger(reading, 'SLUICE_RETENTION_DAYS', { fallback: 30, min: 1, max: 3650 }),
    drainMs: readInteger(reading, 'SLUICE_DRAIN_SECONDS', { fallback: 30, min: 0, max: 600 }) * 1_000,
    logLevel: text('SLUICE_LOG_LEVEL') ?? 'info',
  };
  if (!logLevels.includes(config.logLevel))
    problems.push(`SLUICE_LOG_LEVEL is "${config.logLevel}"; use one of ${logLevels.join(', ')}.`);
  if (config.databaseUrl === null && roles.length === 1)
    problems.push(
      `SLUICE_ROLES=${roles[0]} needs DATABASE_URL: the embedded database serves a single process with both roles.`,
    );
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function readInteger(
  { text, problems }: Reading,
  name: string,
  { fallback, min, max }: { readonly fallback: number; readonly min: number; readonly max: number },
): number {
  const given = text(name);
  if (given === null) return fallback;
  const value = Number(given);
  if (/^\d+$/.test(given) && value >= min && value <= max) return value;
  problems.push(`${name} is "${given}"; use a whole number from ${min} to ${max}.`);
  return fallback;
}

function readSwitch({ text, problems }: Reading, name: string): boolean | null {
  const given = text(name);
  if (given !== null && given !== '0' && given !== '1') problems.push(`${name} is "${given}"; use 0 or 1.`);
  return given === null ? null : given === '1';
}

function readRoles({ text, problems }: Reading): Role[] {
  const given = text('SLUICE_ROLES') ?? 'api,worker';
  const names = [...new Set(given.split(',').map((name) => name.trim()))];
  const roles = names.filter((name): name is Role => name === 'api' || name === 'worker');
  if (roles.length === 0 || roles.length !== names.length)
    problems.push(`SLUICE_ROLES is "${given}"; use api, worker or api,worker.`);
  return roles;
}

function readPublicUrl({ text, problems }: Reading, host: string, port: number): string {
  const given = text('SLUICE_PUBLIC_URL');
  const reachable = host === '0.0.0.0' || host === '::' ? 'localhost' : isIP(host) === 6 ? `[${host}]` : host;
  if (given === null) return `http://${reachable}:${port}`;
  const url = URL.canParse(given) ? new URL(given) : null;
  const isOrigin = url !== null && `${url.origin}/` === url.href && /^https?:$/.test(url.protocol);
  if (!isOrigin)
    problems.push(`SLUICE_PUBLIC_URL is "${given}"; use scheme, host and port: https://sluice.example.com.`);
  return url?.origin ?? given;
}

/** The parts of a list with commas, without white space around them. */
function partsOf(list: string): string[] {
  const parts = list.split(',').map((part) => part.trim());
  return parts.filter((part) => part !== '');
}

function isRange(address: string, prefixLength: number): boolean {
  const family = isIP(address);
  return family !== 0 && prefixLength <= (family === 4 ? 32 : 128);
}

function readProxies({ text, problems }: Reading): string[] {
  const parts = partsOf(text('SLUICE_TRUSTED_PROXIES') ?? '');
  for (const part of parts) {
    const [address = '', prefix = '0', ...more] = part.split('/');
    if (!/^\d{1,3}$/.test(prefix) || !isRange(address, Number(prefix)) || more.length > 0)
      problems.push(
        `SLUICE_TRUSTED_PROXIES has "${part}"; use an address or CIDR, such as 10.0.0.7 or 10.0.0.0/8.`,
      );
  }
  return parts;
}

function readDatabaseUrl({ text, problems }: Reading): string | null {
  const given = text('DATABASE_URL');
  if (given === null) return null;
  const protocol = URL.canParse(given) ? new URL(given).protocol : '';
  if (protocol === 'postgres:' || protocol === 'postgresql:') return given;
  problems.push('DATABASE_URL is not a Postgres URL; use postgres://user:password@host:5432/name.');
  return null;
}

function readMasterKeys({ text, production, problems }: Reading): Buffer[] {
  const given = text('SLUICE_MASTER_KEY');
  if (given === null) {
    if (production)
      problems.push('SLUICE_MASTER_KEY is required in production; make one with: openssl rand -base64 32');
    return [];
  }
  return given.split(',').map((part) => {
    const key = Buffer.from(part.trim(), 'base64');
    if (!/^[A-Za-z0-9+/]{43}=$/.test(part.trim())) {
      problems.push(
        'SLUICE_MASTER_KEY is malformed; it is 32 bytes in base64 (44 characters): openssl rand -base64 32',
      );
    } else if (production && key.every((byte) => byte === key[0])) {
      problems.push('SLUICE_MASTER_KEY is one byte repeated; make a real one with: openssl rand -base64 32');
    }
    return key;
  });
}

function readAdminToken({ text, production, problems }: Reading): string | null {
  const given = text('SLUICE_ADMIN_TOKEN');
  if (given === null) {
    if (production)
      problems.push('SLUICE_ADMIN_TOKEN is required in production; make one with: openssl rand -base64 24');
    return null;
  }
  if (/[^\x21-\x7e]/.test(given)) problems.push('SLUICE_ADMIN_TOKEN may hold only visible ASCII characters.');
  if (production && (given.length < 16 || knownTokens.has(given.toLowerCase())))
    problems.push(
      'SLUICE_ADMIN_TOKEN is short or well known; use at least 16 random characters: openssl rand -base64 24',
    );
  return given;
}

function readTargets({ text, production, problems }: Reading): AllowedTarget[] {
  const given = text('SLUICE_ALLOW_TARGETS') ?? (production ? '' : '127.0.0.0/8,::1/128');
  return partsOf(given).flatMap((part) => {
    const match = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9a-fA-F:.]+?))\/(\d{1,3})(?::(\d{1,5}))?$/.exec(part);
    const address = match?.[1] ?? match?.[2] ?? '';
    const prefixLength = Number(match?.[3]);
    const port = match?.[4] === undefined ? null : Number(match[4]);
    if (isRange(address, prefixLength) && (port === null || (port > 0 && port < 65_536)))
      return [{ address, prefixLength, port }];
    problems.push(
      `SLUICE_ALLOW_TARGETS has "${part}"; use CIDR or CIDR:port, such as 10.0.0.0/8, 127.0.0.1/32:9000 or [::1]/128.`,
    );
    return [];
  });
}
