import { request } from 'undici';
import type { Haystack } from './searching.ts';

interface Described {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Described>>;
}

interface Operation {
  readonly responses: Readonly<Record<string, Described>>;
}

/** As much of an OpenAPI document as is read here. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** Operations, such as `post /v1/keys`, whose successful answers hold a secret: by its name, or by its description. */
export function operationsWithSecrets({ paths }: ApiDocument): string[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method, { responses }]) =>
        method === 'get'
          ? false
          : Object.entries(responses).some(([status, answer]) => status.startsWith('2') && hasSecret(answer)),
      )
      .map(([method]) => `${method} ${path}`),
  );
}

function hasSecret(described: Described): boolean {
  const { properties = {} } = described;
  return (
    Object.entries(properties).some(
      ([name, { description = '' }]) => /^(signing_)?secret$/.test(name) || /shown once/i.test(description),
    ) || Object.values(described).some((part) => typeof part === 'object' && part !== null && hasSecret(part))
  );
}

/** How many entries of a list are looked at more closely. */
const looksAt = 3;

/**
 * Everything that the API answers to somebody: every GET of the document, its parameters filled from the lists that
 * stand before them.
 */
export async function readWholeApi(
  address: string,
  { paths }: ApiDocument,
  who: string,
  headers: Readonly<Record<string, string>>,
): Promise<Haystack[]> {
  const answers = new Map<string, { readonly status: number; readonly text: string }>();
  async function read(path: string): Promise<string> {
    const known = answers.get(path);
    if (known) return known.text;
    const { statusCode, body } = await request(`${address}${path}`, { headers });
    const text = await body.text();
    answers.set(path, { status: statusCode, text });
    return text;
  }
  async function fill(done: string, rest: readonly string[]): Promise<string[]> {
    const [part, ...more] = rest;
    if (part === undefined) return [done];
    if (!part.startsWith('{')) return fill(`${done}/${part}`, more);
    const found = namesIn(await read(done)).slice(0, looksAt);
    return (await Promise.all(found.map((name) => fill(`${done}/${name}`, more)))).flat();
  }
  for (const [path, methods] of Object.entries(paths)) {
    if (!('get' in methods)) continue;
    for (const filled of await fill('', path.slice(1).split('/'))) await read(filled);
  }
  return [...answers].map(([path, { status, text }]) => ({
    name: `${who}: ${status} GET ${path}`,
    content: Buffer.from(text),
  }));
}

/** What a list's entries are called in the path. */
function namesIn(text: string): string[] {
  const { data }: { data?: unknown } = text.startsWith('{') ? JSON.parse(text) : {};
  const entries: { id?: string | number; name?: string }[] = Array.isArray(data) ? data : [];
  return entries.flatMap(({ id, name }) => id ?? name ?? []).map(String);
}
