import { Agent, request } from 'undici';
import { operatorToken } from './service.ts';

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body as JSON; of the promised shape only when the status is. */
  readonly body: Body;
}

interface Page<Item> {
  readonly data: Item[];
  readonly next_cursor: string | null;
}

/** A client of the public API that goes wherever the service is at the moment. */
export interface Api {
  call<Body>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<Answer<Body>>;
  /** As `call`, but any other status than 2xx is an error. */
  get<Body>(path: string): Promise<Body>;
  post<Body>(path: string, body?: unknown): Promise<Body>;
  /** Every entry of a list, page by page. */
  all<Item>(path: string): Promise<Item[]>;
}

const agent = new Agent({ connections: 16, pipelining: 1, headersTimeout: 40_000, bodyTimeout: 40_000 });

/** Further headers of a request, by its method, path and body. */
export type RequestHeaders = (method: string, path: string, body: string) => Readonly<Record<string, string>>;

/** @param address asked for each request, since services come and go */
export function createApi(address: () => string, token: string, headers: RequestHeaders = () => ({})): Api {
  const call: Api['call'] = async (method, path, body) => {
    const sent = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await request(`${address()}${path}`, {
      method,
      dispatcher: agent,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers(method, path, sent),
      },
      ...(body === undefined ? {} : { body: sent }),
    });
    const text = await answer.body.text();
    const isJson = /json/.test(String(answer.headers['content-type'] ?? ''));
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text,
      body: isJson && text !== '' ? JSON.parse(text) : undefined,
    };
  };
  async function expectSuccess<Body>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Body> {
    const answer = await call<Body>(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
    return answer.body;
  }
  return {
    call,
    get: (path) => expectSuccess('GET', path),
    post: (path, body) => expectSuccess('POST', path, body),
    async all<Item>(path: string) {
      const items: Item[] = [];
      const separator = path.includes('?') ? '&' : '?';
      for (let cursor: string | null = ''; cursor !== null; ) {
        const more: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const page: Page<Item> = await expectSuccess('GET', `${path}${separator}limit=200${more}`);
        items.push(...page.data);
        cursor = page.next_cursor;
      }
      return items;
    },
  };
}

/** A new organization and a client that holds a key to all of it. */
export async function makeOrganization(
  address: () => string,
  slug: string,
): Promise<Api & { readonly key: string }> {
  const operator = createApi(address, operatorToken);
  const { id } = await operator.post<{ id: string }>('/v1/organizations', { name: slug, slug });
  const { secret } = await operator.post<{ secret: string }>(`/v1/organizations/${id}/keys`, {
    name: 'Everything',
    scopes: ['*'],
  });
  return { ...createApi(address, secret), key: secret };
}
