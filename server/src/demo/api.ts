import { request } from 'undici';

/** A preset in the answer of `GET /v1/presets`. */
export interface PresetAnswer {
  readonly name: string;
  readonly default_contract: string;
  readonly event_types: readonly { readonly name: string; readonly example: object }[];
}

/** The part of the public API that the demonstration uses. */
export interface Api {
  list<Item>(path: string, token?: string): Promise<Item[]>;
  /** Whether this server accepts a key. */
  knows(key: string): Promise<boolean>;
  presets(): Promise<readonly PresetAnswer[]>;
  post(path: string, body: unknown, token?: string): Promise<Record<string, string>>;
}

export function createApi(address: string, adminToken: string): Api {
  async function call(method: 'GET' | 'POST', path: string, body: unknown, token = adminToken) {
    const answer = await request(`${address}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path} answered ${answer.statusCode}: ${text}`);
    return JSON.parse(text);
  }
  return {
    list: async (path, token) => (await call('GET', path, undefined, token)).data,
    knows: (key) =>
      call('GET', '/v1/me', undefined, key).then(
        () => true,
        () => false,
      ),
    presets: async () => (await call('GET', '/v1/presets', undefined)).data,
    post: (path, body, token) => call('POST', path, body, token),
  };
}
