import type { Browser, BrowserContext, Page } from 'playwright-core';
import { operatorToken, type Service } from './service.ts';

/** An organization with an owner who can sign in, made from outside. */
export interface PortalOrganization {
  readonly slug: string;
  readonly key: string;
  /** Calls the API with the organization's key. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  call(method: string, path: string, body?: unknown): Promise<any>;
  addMember(member: { email: string; name: string; role?: string }): Promise<string>;
  /** A new one-time link, at the address where the service really listens. */
  link(email?: string): Promise<string>;
}

let organizations = 0;

export async function makePortalOrganization(
  { address }: Service,
  more: { readonly name?: string; readonly preset?: string } = {},
): Promise<PortalOrganization> {
  organizations += 1;
  const slug = `portal-${organizations}-${process.pid}`;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  async function call(method: string, path: string, body: unknown, token: string): Promise<any> {
    const answer = await fetch(`${address}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return text === '' ? null : JSON.parse(text);
  }
  const { id } = await call('POST', '/v1/organizations', { name: 'Acme', slug, ...more }, operatorToken);
  const key = (
    await call('POST', `/v1/organizations/${id}/keys`, { name: 'All', scopes: ['*'] }, operatorToken)
  ).secret;
  const organization: PortalOrganization = {
    slug,
    key,
    call: (method, path, body) => call(method, path, body, key),
    addMember: async (member) => (await call('POST', '/v1/members', { role: 'owner', ...member }, key)).id,
    async link(email) {
      const path = `/v1/organizations/${id}/sign-in-links`;
      const { url } = await call('POST', path, email === undefined ? {} : { email }, operatorToken);
      const { pathname, hash } = new URL(url);
      return `${address}${pathname}${hash}`;
    },
  };
  await organization.addMember({ email: 'owner@example.com', name: 'Olga Owner' });
  return organization;
}

/** What a page must never do: throw, or load what its policy forbids. */
export interface Watched {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly complaints: readonly string[];
}

export interface PortalOptions {
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
  /** Complaints that the test is about. */
  readonly expects?: RegExp;
}

export async function openPortal(browser: Browser, options: PortalOptions = {}): Promise<Watched> {
  const { width = 1280, colorScheme = 'light', expects = /Failed to load resource/ } = options;
  const context = await browser.newContext({
    viewport: { width, height: 800 },
    colorScheme,
    // Nothing is half faded in when it is looked at.
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // Left to itself, the browser notes every answer that is a refusal.
    if (message.type() === 'error' && !expects.test(message.text())) complaints.push(message.text());
  });
  return { context, page, complaints };
}

/** Signs the owner, or whoever has the address, in by a new link. */
export async function signInByLink(
  page: Page,
  organization: PortalOrganization,
  email?: string,
): Promise<void> {
  await page.goto(await organization.link(email));
  await page
    .getByRole('navigation', { name: 'Pages' })
    .or(page.getByRole('button', { name: 'Navigation' }))
    .first()
    .waitFor();
}
