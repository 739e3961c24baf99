import { isIP } from 'node:net';

/** What this process does. */
export type Role = 'api' | 'worker';

/** A range of otherwise forbidden addresses that deliveries may reach; `port` null means every port. */
export interface AllowedTarget {
  readonly address: string;
  readonly prefixLength: number;
  readonly port: number | null;
}

export interface Config {
  readonly production: boolean;
  readonly host: string;
  /** Where browsers reach this service, without a slash at the end. */
  readonly publicUrl: string;
  /** Addresses and ranges of proxies in front whose `X-Forwarded-…` headers count. */
  readonly trustedProxies: readonly string[];
  /** `null`: nothing listens (a worker alone, without PORT). */
  readonly port: number | null;
  /** `null`: the embedded database in `dataDir`. */
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  /** Whether commits of the embedded database are brought onto the disk before they are answered. */
  readonly embeddedFlush: boolean;
  readonly roles: readonly Role[];
  /** `null`: to be generated in the data folder (development only). */
  readonly adminToken: string | null;
  /** Newest first; empty: to be generated in the data folder (development only). */
  readonly masterKeys: readonly Buffer[];
  readonly allowedTargets: readonly AllowedTarget[];
  /** `null`: decided by whether the data folder is empty. */
  readonly demo: boolean | null;
  readonly retentionDays: number;
  /** How long a stop waits for what is under way. */
  readonly drainMs: number;
  readonly logLevel: string;
}

/** Wrong settings, all of them at once, each with what to do. */
export class ConfigError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Every setting: the one list from which `--help` and the table in docs/operating.md are made. */
export const settings: readonly { name: string; fallback: string; meaning: string }[] = [
  {
    name: 'NODE_ENV',
    fallback: 'development',
    meaning: 'production generates no secrets, and start refuses without them or with known ones',
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
      'comma-separated addresses or CIDR of proxies in front: their X-Forwarded-For, -Host and -Proto say who the client is',
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
      '1: commits of the embedded database survive a power failure; 0: only the death of the process, but faster',
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
    meaning: 'how long SIGTERM waits for what is under way; the rest is cut off and tried again by others',
  },
  { name: 'SLUICE_LOG_LEVEL', fallback: 'info', meaning: 'trace, debug, info, warn, error, fatal or silent' },
];

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** Tokens and keys that appear in documents and examples: nobody may run production on them. */
const knownDefaults = new Set([
  'admin',
  'changeme',
  'change-me',
  'secret',
  'password',
  'development',
  'token',
  'test',
]);

/**
 * Reads the settings.
 * @throws {ConfigError} listing everything that is wrong
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const problems: string[] = [];
  const text = (name: string): string | null => {
    const value = environment[name]?.trim();
    return value ? value : null;
  };
  const production = text('NODE_ENV') === 'production';
  const port = readInteger(text('PORT'), 4100, 0, 65_535, 'PORT', problems);
  const retentionDays = readInteger(
    text('SLUICE_RETENTION_DAYS'),
    30,
    1,
    3650,
    'SLUICE_RETENTION_DAYS',
    problems,
  );
  const drainSeconds = readInteger(
    text('SLUICE_DRAIN_SECONDS'),
    30,
    0,
    600,
    'SLUICE_DRAIN_SECONDS',
    problems,
  );
  const roles = readRoles(text('SLUICE_ROLES') ?? 'api,worker', problems);
  const host = text('HOST') ?? '127.0.0.1';
  const publicUrl = readPublicUrl(text('SLUICE_PUBLIC_URL'), host, port, problems);
  const trustedProxies = readProxies(text('SLUICE_TRUSTED_PROXIES') ?? '', problems);
  const databaseUrl = readDatabaseUrl(text('DATABASE_URL'), problems);
  const masterKeys = readMasterKeys(text('SLUICE_MASTER_KEY'), production, problems);
  const adminToken = readAdminToken(text('SLUICE_ADMIN_TOKEN'), production, problems);
  const allowedTargets = readTargets(
    text('SLUICE_ALLOW_TARGETS') ?? (production ? '' : '127.0.0.0/8,::1/128'),
    problems,
  );
  const logLevel = text('SLUICE_LOG_LEVEL') ?? 'info';
  if (!logLevels.includes(logLevel))
    problems.push(`SLUICE_LOG_LEVEL is "${logLevel}"; use one of ${logLevels.join(', ')}.`);
  const demo = text('SLUICE_DEMO');
  if (demo !== null && demo !== '0' && demo !== '1') problems.push(`SLUICE_DEMO is "${demo}"; use 0 or 1.`);
  const flush = text('SLUICE_EMBEDDED_FLUSH');
  if (flush !== null && flush !== '0' && flush !== '1')
    problems.push(`SLUICE_EMBEDDED_FLUSH is "${flush}"; use 0 or 1.`);
  if (databaseUrl === null && roles.length === 1) {
    problems.push(
      `SLUICE_ROLES=${roles[0]} needs DATABASE_URL: the embedded database serves a single process with both roles.`,
    );
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    production,
    host,
    publicUrl,
    trustedProxies,
    port: roles.includes('api') || text('PORT') !== null ? port : null,
    databaseUrl,
    dataDir: text('SLUICE_DATA_DIR') ?? './.sluice',
    embeddedFlush: flush === null ? production : flush === '1',
    roles,
    adminToken,
    masterKeys,
    allowedTargets,
    demo: demo === null ? (production ? false : null) : demo === '1',
    retentionDays,
    drainMs: drainSeconds * 1_000,
    logLevel,
  };
}

function readInteger(
  text: string | null,
  fallback: number,
  min: number,
  max: number,
  name: string,
  problems: string[],
): number {
  if (text === null) return fallback;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  problems.push(`${name} is "${text}"; use a whole number from ${min} to ${max}.`);
  return fallback;
}

function readRoles(text: string, problems: string[]): Role[] {
  const names = [...new Set(text.split(',').map((name) => name.trim()))];
  const roles = names.filter((name): name is Role => name === 'api' || name === 'worker');
  if (roles.length === 0 || roles.length !== names.length)
    problems.push(`SLUICE_ROLES is "${text}"; use api, worker or api,worker.`);
  return roles;
}

function readPublicUrl(text: string | null, host: string, port: number, problems: string[]): string {
  const reachable = host === '0.0.0.0' || host === '::' ? 'localhost' : isIP(host) === 6 ? `[${host}]` : host;
  if (text === null) return `http://${reachable}:${port}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  const isOrigin = url !== null && `${url.origin}/` === url.href && /^https?:$/.test(url.protocol);
  if (!isOrigin)
    problems.push(`SLUICE_PUBLIC_URL is "${text}"; use scheme, host and port: https://sluice.example.com.`);
  return url?.origin ?? text;
}

function readProxies(text: string, problems: string[]): string[] {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  for (const part of parts) {
    const [address = '', prefix, ...more] = part.split('/');
    const family = isIP(address);
    const isRange =
      prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
    if (family === 0 || !isRange || more.length > 0)
      problems.push(
        `SLUICE_TRUSTED_PROXIES has "${part}"; use an address or CIDR, such as 10.0.0.7 or 10.0.0.0/8.`,
      );
  }
  return parts;
}

function readDatabaseUrl(text: string | null, problems: string[]): string | null {
  if (text === null) return null;
  const protocol = URL.canParse(text) ? new URL(text).protocol : '';
  if (protocol === 'postgres:' || protocol === 'postgresql:') return text;
  problems.push('DATABASE_URL is not a Postgres URL; use postgres://user:password@host:5432/name.');
  return null;
}

function readMasterKeys(text: string | null, production: boolean, problems: string[]): Buffer[] {
  if (text === null) {
    if (production)
      problems.push('SLUICE_MASTER_KEY is required in production; make one with: openssl rand -base64 32');
    return [];
  }
  return text.split(',').map((part) => {
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

function readAdminToken(text: string | null, production: boolean, problems: string[]): string | null {
  if (text === null) {
    if (production)
      problems.push('SLUICE_ADMIN_TOKEN is required in production; make one with: openssl rand -base64 24');
    return null;
  }
  if (/[^\x21-\x7e]/.test(text)) problems.push('SLUICE_ADMIN_TOKEN may hold only visible ASCII characters.');
  if (production && (text.length < 16 || knownDefaults.has(text.toLowerCase()))) {
    problems.push(
      'SLUICE_ADMIN_TOKEN is short or well known; use at least 16 random characters: openssl rand -base64 24',
    );
  }
  return text;
}

function readTargets(text: string, problems: string[]): AllowedTarget[] {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return parts.flatMap((part) => {
    const match = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9a-fA-F:.]+?))\/(\d{1,3})(?::(\d{1,5}))?$/.exec(part);
    const address = match?.[1] ?? match?.[2] ?? '';
    const family = isIP(address);
    const prefixLength = Number(match?.[3]);
    const port = match?.[4] === undefined ? null : Number(match[4]);
    if (
      family !== 0 &&
      prefixLength <= (family === 4 ? 32 : 128) &&
      (port === null || (port > 0 && port < 65_536))
    ) {
      return [{ address, prefixLength, port }];
    }
    problems.push(
      `SLUICE_ALLOW_TARGETS has "${part}"; use CIDR or CIDR:port, such as 10.0.0.0/8, 127.0.0.1/32:9000 or [::1]/128.`,
    );
    return [];
  });
}
