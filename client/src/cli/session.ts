import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { type Client, createClient, type Listing } from '../index.ts';
import { UsageError } from './failures.ts';

const defaultUrl = 'http://127.0.0.1:4100';

export const version: string = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
).version;

/** What every command is given. */
export interface Session {
  readonly json: boolean;
  /** The API, with the key of the environment. */
  readonly sluice: Client;
}

/** @throws {UsageError} without a key or with an unusable URL */
export function sessionOf(command: Command): Session {
  const key = environment('SLUICE_KEY');
  if (key === undefined) {
    throw new UsageError(
      'SLUICE_KEY is not set; it holds the key of your organization. (Not an option: others could see it.)',
    );
  }
  return sessionWith(command, key);
}

/**
 * The same with the operator's token: of the environment, or the one that a development server made for itself in its
 * data folder.
 * @throws {UsageError} where there is neither
 */
export async function operatorOf(command: Command): Promise<Session> {
  const file = join(environment('SLUICE_DATA_DIR') ?? '.sluice', 'admin-token');
  const token = environment('SLUICE_ADMIN_TOKEN') ?? (await readFile(file, 'utf8').catch(() => '')).trim();
  if (token === '')
    throw new UsageError(
      `SLUICE_ADMIN_TOKEN is not set, and there is no ${file}; a development server makes one where it is started.`,
    );
  return sessionWith(command, token);
}

function sessionWith(command: Command, key: string): Session {
  const { json, url: given } = command.optsWithGlobals<{ json?: boolean; url?: string }>();
  const url = given ?? environment('SLUICE_URL') ?? defaultUrl;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new UsageError('SLUICE_URL or --url is not a URL; use one like https://sluice.example.com.');
  }
  return {
    json: json === true,
    sluice: createClient({ url, key, attempts: 3, userAgent: `sluice-cli/${version}` }),
  };
}

export function wantsJson(command: Command): boolean {
  return command.optsWithGlobals<{ json?: boolean }>().json === true;
}

function environment(name: string): string | undefined {
  const value = process.env[name]?.trim();
  return value === '' ? undefined : value;
}

/** `@file`, `-` for standard input, or the text itself. */
export async function readInput(source: string): Promise<Buffer> {
  if (source === '-') {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks);
  }
  if (!source.startsWith('@')) return Buffer.from(source);
  try {
    return await readFile(source.slice(1));
  } catch (error) {
    throw new UsageError(
      `${source.slice(1)} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** A signing secret from its option, or from SLUICE_SECRET. */
export async function readSecret(option: string | undefined): Promise<string> {
  const source = option ?? environment('SLUICE_SECRET');
  if (source === undefined) {
    throw new UsageError('No signing secret; give --secret <secret>, --secret @file, or set SLUICE_SECRET.');
  }
  return (await readInput(source)).toString().trim();
}

/** The first entries of a list. */
export async function take<Item>(listing: Listing<Item>, limit: number): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of listing) {
    items.push(item);
    if (items.length >= limit) break;
  }
  return items;
}

/** For options that are whole numbers. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Use a whole number from ${least} to ${most}.`);
  };
}

export function print(text: string): void {
  process.stdout.write(text);
}

export function printJson(value: unknown): void {
  print(`${JSON.stringify(value, null, 2)}\n`);
}
