import { expect } from 'vitest';
import { type ApiAnswer, adminToken, type TestApp } from './app.ts';

/** What a page of the portal sends along with every request. */
export const fromPortal = { 'sec-fetch-site': 'same-origin' };

/** A browser in which somebody may be signed in. */
export interface Browser {
  /** What it would send as `Cookie`. */
  readonly cookie: string;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>;
}

export function browserWith(app: TestApp, cookie: string): Browser {
  return {
    cookie,
    call: (method, path, body, headers = fromPortal) =>
      app.call(method, path, body, { headers: { cookie, ...headers } }),
  };
}

/** A member of an organization, by the operator's hand. */
export async function makeMember(
  app: TestApp,
  key: string,
  more: { readonly role?: string; readonly email?: string; readonly name?: string } = {},
): Promise<string> {
  const member = { email: 'ada@example.com', name: 'Ada', role: 'owner', ...more };
  const { status, body, text } = await app.call('POST', '/v1/members', member, { token: key });
  expect(status, text).toBe(201);
  return body.id;
}

/** The secret of a new link, as it stands behind the `#`. */
export async function makeLink(app: TestApp, organization: string, body: object = {}): Promise<string> {
  const path = `/v1/organizations/${organization}/sign-in-links`;
  const made = await app.call('POST', path, body, { token: adminToken });
  expect(made.status, made.text).toBe(201);
  return new URL(made.body.url).hash.slice(1);
}

export function signIn(app: TestApp, body: object, headers: Record<string, string> = fromPortal) {
  return app.call('POST', '/v1/sessions', body, { headers });
}

/** The cookie that an answer sets, as the browser sends it back. */
export function cookieOf(answer: ApiAnswer): string {
  return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
}

/** Signs a member in by a new link. */
export async function browserOf(app: TestApp, organization: string, email?: string): Promise<Browser> {
  const link = await makeLink(app, organization, email === undefined ? {} : { email });
  const answer = await signIn(app, { link });
  expect(answer.status, answer.text).toBe(201);
  return browserWith(app, cookieOf(answer));
}
