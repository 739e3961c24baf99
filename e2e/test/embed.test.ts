import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accessibilityProblems, hostPage, launchBrowser, type Site, startSite } from '../src/browser.ts';
import { makeUsedFolder, type Place } from '../src/places.ts';
import { operatorToken, type Service, startService } from '../src/service.ts';

const everything = { approve: true, reject: true, edit: true };

describe.skipIf(process.env.SLUICE_TEST_CHROMIUM === undefined)('the embedded review', () => {
  let place: Place;
  let service: Service;
  let browser: Browser;
  let context: BrowserContext;
  let site: Site;
  let key: string;
  let workflow: string;
  let organizations = 0;

  beforeAll(async () => {
    place = await makeUsedFolder();
    [service, browser, site] = await Promise.all([startService(place), launchBrowser(), startSite()]);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    await service?.kill();
    await place?.remove();
  });
  beforeEach(async () => {
    organizations += 1;
    const organization = await call(
      'POST',
      '/v1/organizations',
      { name: 'Acme', slug: `acme-${organizations}` },
      operatorToken,
    );
    key = (
      await call(
        'POST',
        `/v1/organizations/${organization.id}/keys`,
        { name: 'All', scopes: ['*'] },
        operatorToken,
      )
    ).secret;
    workflow = (await call('POST', '/v1/workflows', { name: 'Refunds' })).id;
    context = await browser.newContext({ viewport: { width: 1100, height: 800 } });
    context.setDefaultTimeout(10_000);
  });
  afterEach(() => context.close());

  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  async function call(method: string, path: string, body?: unknown, token = key): Promise<any> {
    const answer = await fetch(`${service.address}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return text === '' ? { status: answer.status } : { http_status: answer.status, ...JSON.parse(text) };
  }

  const makeTask = (more: Record<string, unknown> = {}) =>
    call('POST', '/v1/reviews', {
      workflow_id: workflow,
      title: 'Refund of 40 EUR',
      content: 'Please refund 40 EUR.',
      ...more,
    });

  /** The service listens on a port that its settings could not know, so its own address takes the place of theirs. */
  const makeToken = async (more: Record<string, unknown> = {}) => {
    const token = await call('POST', '/v1/embed-tokens', {
      label: 'Support portal',
      capabilities: everything,
      allowed_origins: [site.origin],
      expires_at: new Date(Date.now() + 3_600_000).toISOString(),
      ...more,
    });
    return { ...token, iframe: token.iframe.replace(/https?:\/\/[^/]+/, service.address) };
  };

  async function open(token: { iframe: string }, style = ''): Promise<{ page: Page; frame: Frame }> {
    site.page = hostPage(token.iframe, style);
    const page = await context.newPage();
    await page.goto(site.origin);
    const element = await page.waitForSelector('iframe');
    const frame = await element.contentFrame();
    if (!frame) throw new Error('The frame has no document.');
    return { page, frame };
  }

  const messages = (
    page: Page,
  ): Promise<{ origin: string; data: { type: string; [key: string]: unknown } }[]> =>
    page.evaluate(() => Reflect.get(window, 'messages'));
  /** Keys go to the frame once somebody has clicked into it. */
  async function press(page: Page, frame: Frame, ...keys: string[]) {
    await frame.getByRole('heading', { level: 1 }).click();
    for (const pressed of keys) await page.keyboard.press(pressed);
  }
  const button = (frame: Frame, name: string) => frame.getByRole('button', { name, exact: false });

  it('shows the task on an allowed origin, approves it, and tells the page around it', async () => {
    const task = await makeTask();
    const { page, frame } = await open(await makeToken());
    await frame.getByText('Please refund 40 EUR.').waitFor();
    await button(frame, 'Approve').click();
    await frame.getByLabel('Comment (optional)').fill('Fine with me');
    await button(frame, 'Approve').click();
    await frame.getByText('Refund of 40 EUR: approved.').waitFor();
    expect(await call('GET', `/v1/reviews/${task.id}`)).toMatchObject({
      status: 'approved',
      decision: { comment: 'Fine with me', by: { kind: 'embed_token', name: 'Support portal' } },
    });
    const told = await messages(page);
    expect(new Set(told.map(({ origin }) => origin))).toEqual(new Set([service.address]));
    expect(told.map(({ data }) => data.type)).toEqual(
      expect.arrayContaining(['review.loaded', 'review.resized', 'review.decided']),
    );
    expect(told.find(({ data }) => data.type === 'review.decided')?.data).toMatchObject({
      id: task.id,
      status: 'approved',
    });
  });

  it('shows nothing on a foreign origin', async () => {
    await makeTask();
    const stranger = await startSite('localhost');
    try {
      const token = await makeToken();
      stranger.page = hostPage(token.iframe);
      const page = await context.newPage();
      const asked: string[] = [];
      page.on('request', (request) => asked.push(new URL(request.url()).pathname));
      await page.goto(stranger.origin, { waitUntil: 'load' });
      const frame = await (await page.waitForSelector('iframe')).contentFrame();
      await expect.poll(() => frame?.url()).toMatch(/^chrome-error:/);
      expect(asked.filter((path) => path.startsWith('/v1/'))).toEqual([]);
      expect(await messages(page)).toEqual([]);
    } finally {
      await stranger.close();
    }
  });

  it('needs no cookies, and says the secret in headers only', async () => {
    await makeTask();
    const token = await makeToken();
    const secret = /#([^"]+)"/.exec(token.iframe)?.[1] ?? '';
    const page = await context.newPage();
    const leaks: string[] = [];
    page.on('request', (request) => {
      if (request.url().split('#')[0]?.includes(secret) || (request.headers().referer ?? '').includes(secret))
        leaks.push(request.url());
    });
    site.page = hostPage(token.iframe);
    await page.goto(site.origin);
    await page.frameLocator('iframe').getByText('Please refund 40 EUR.').waitFor();
    expect(secret.length).toBeGreaterThan(40);
    expect(leaks).toEqual([]);
    expect(await context.cookies()).toEqual([]);
    const policy = await fetch(
      `${service.address}${new URL(/src="([^"]+)"/.exec(token.iframe)?.[1] ?? '').pathname}`,
    );
    expect(policy.headers.get('content-security-policy')).toContain(`frame-ancestors ${site.origin}`);
    expect(policy.headers.get('x-frame-options')).toBeNull();
    expect(policy.headers.get('referrer-policy')).toBe('no-referrer');
  });

  it.each([
    [{ approve: true, reject: false, edit: false }, ['Approve']],
    [{ approve: false, reject: true, edit: false }, ['Reject']],
    [{ approve: false, reject: false, edit: true }, ['Edit']],
    [{ approve: false, reject: false, edit: false }, []],
  ])('offers what the token allows and nothing else: %o', async (capabilities, offered) => {
    await makeTask();
    const { page, frame } = await open(await makeToken({ capabilities }));
    await frame.getByText('Please refund 40 EUR.').waitFor();
    const names = await frame.getByRole('button', { name: /^(Approve|Reject|Edit)/ }).allTextContents();
    expect(names.map((name) => name.replace(/[A-Z]$/, ''))).toEqual(offered);
    await press(page, frame, 'a', 'r', 'e');
    await expect
      .poll(() => frame.getByRole('textbox').count())
      .toBe(offered.length === 0 ? 0 : offered[0] === 'Edit' ? 2 : 1);
  });

  it('closes when the token is revoked while it is open, and when it expires', async () => {
    await makeTask();
    const token = await makeToken();
    const { frame } = await open(token);
    await frame.getByText('Please refund 40 EUR.').waitFor();
    await call('DELETE', `/v1/embed-tokens/${token.id}`);
    await frame.getByText('This review is not open any more').waitFor({ timeout: 15_000 });
    expect(await frame.getByText('Please refund 40 EUR.').count()).toBe(0);
    const short = await open(await makeToken({ expires_at: new Date(Date.now() + 4_000).toISOString() }));
    await short.frame.getByText('Please refund 40 EUR.').waitFor();
    await short.frame.getByText('This review is not open any more').waitFor({ timeout: 15_000 });
  });

  it('is worked from the keyboard, and asks for a reason to reject', async () => {
    const task = await makeTask();
    const { page, frame } = await open(await makeToken());
    await frame.getByText('Please refund 40 EUR.').waitFor();
    await press(page, frame, 'r');
    const reason = frame.getByLabel('Reason');
    await expect.poll(() => reason.evaluate((element) => element === document.activeElement)).toBe(true);
    await reason.press('Escape');
    await expect.poll(() => reason.count()).toBe(0);
    await press(page, frame, 'r');
    await reason.fill('   ');
    await button(frame, 'Reject').click();
    await frame.getByText('Say why').waitFor();
    await reason.fill('No receipt');
    await button(frame, 'Reject').press('Enter');
    await frame.getByText('Refund of 40 EUR: rejected.').waitFor();
    expect(await call('GET', `/v1/reviews/${task.id}`)).toMatchObject({
      status: 'rejected',
      decision: { reason: 'No receipt' },
    });
  });

  it('edits with the difference in view, and keeps numbers that JavaScript cannot hold', async () => {
    const task = await call(
      'POST',
      '/v1/reviews',
      `{"workflow_id":"${workflow}","title":"Figures","content_type":"application/json","content":{"amount":1e400,"note":"old"}}`,
    );
    const { page, frame } = await open(await makeToken());
    await frame.getByText('1e400').first().waitFor();
    await press(page, frame, 'e');
    const editor = frame.getByLabel('Content', { exact: true });
    await editor.fill((await editor.inputValue()).replace('old', 'new'));
    await frame
      .getByRole('region', { name: 'Difference between original and revision' })
      .getByText('added:')
      .first()
      .waitFor({ state: 'attached' });
    await button(frame, 'Save the edited version').click();
    await frame.getByText('Figures: revised.').waitFor();
    const answer = await fetch(`${service.address}/v1/reviews/${task.id}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect(await answer.text()).toMatch(/"revision":\{\s*"amount":\s*1e400,\s*"note":\s*"new"\s*\}/);
  });

  it('explains when somebody was quicker', async () => {
    const task = await makeTask();
    const { page, frame } = await open(await makeToken());
    await frame.getByText('Please refund 40 EUR.').waitFor();
    await press(page, frame, 'a');
    await frame.getByLabel('Comment (optional)').waitFor();
    await call('POST', `/v1/reviews/${task.id}/reject`, { reason: 'Already paid' });
    await button(frame, 'Approve').click({ noWaitAfter: true });
    await frame
      .getByText(/rejected by .* (a moment|seconds|minute)/)
      .first()
      .waitFor();
    expect(await call('GET', `/v1/reviews/${task.id}`)).toMatchObject({ status: 'rejected' });
  });

  it('shows hostile content as content', async () => {
    const canary = await startSite();
    try {
      const attack = `<script>parent.parent.postMessage('owned','*');fetch('${canary.origin}/script')</script><img src="${canary.origin}/image" onerror="alert(1)"><a href="javascript:alert(1)">link</a>`;
      await makeTask({ title: '<img src=x onerror=alert(1)>', content: attack, content_type: 'text/html' });
      await makeTask({
        title: 'Markdown',
        content: `[click](javascript:alert(1)) ![seen](${canary.origin}/markdown)\n\n<script>alert(1)</script>`,
        content_type: 'text/markdown',
      });
      const { page, frame } = await open(await makeToken());
      const dialogs: string[] = [];
      page.on('dialog', (dialog) => {
        dialogs.push(dialog.message());
        dialog.dismiss().catch(() => {});
      });
      for (const title of ['Markdown', '<img src=x onerror=alert(1)>']) {
        await frame.getByRole('navigation').getByText(title).click();
        await frame.getByRole('heading', { name: title }).waitFor();
      }
      await frame.locator('iframe.html-content').waitFor();
      expect(dialogs).toEqual([]);
      expect(canary.requests.filter((path) => path !== '/favicon.ico' && path !== '/image')).toEqual([]);
      expect((await messages(page)).filter(({ data }) => typeof data === 'string')).toEqual([]);
      expect(await frame.locator('a[href^="javascript:"]').count()).toBe(0);
    } finally {
      await canary.close();
    }
  });

  it.each([
    ['light', 1100],
    ['dark', 1100],
    ['light', 360],
    ['dark', 360],
  ] as const)('has nothing that axe objects to: %s, %i px wide', async (colorScheme, width) => {
    await makeTask({ priority: 'urgent', expires_at: new Date(Date.now() + 86_400_000).toISOString() });
    await makeTask({
      title: 'Text with **marks**',
      content: '# Title\n\nSome *text* and `code`.',
      content_type: 'text/markdown',
    });
    await makeTask({ title: 'Figures', content: { a: [1, 2, 3] } });
    await context.close();
    context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
    const { frame } = await open(
      await makeToken(),
      'iframe { width: 100%; height: 700px; border: 0 } :root { color-scheme: light dark }',
    );
    await frame.getByRole('navigation').waitFor();
    expect(await accessibilityProblems(frame)).toEqual([]);
    await frame.getByRole('navigation').getByText('Text with **marks**').click();
    await frame.getByRole('article').waitFor();
    expect(await accessibilityProblems(frame)).toEqual([]);
    await button(frame, 'Edit').click();
    await frame.getByLabel('Content', { exact: true }).fill('# Another title');
    await frame.getByRole('region', { name: 'Difference between original and revision' }).waitFor();
    expect(await accessibilityProblems(frame)).toEqual([]);
    const background = await frame.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(background === 'rgb(255, 255, 255)').toBe(colorScheme === 'light');
  });

  it('takes the theme from the page around it', async () => {
    await makeTask();
    const { page, frame } = await open(await makeToken());
    await frame.getByText('Please refund 40 EUR.').waitFor();
    const background = () => frame.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await background()).toBe('rgb(255, 255, 255)');
    await page.evaluate(
      (origin) =>
        document
          .querySelector('iframe')
          ?.contentWindow?.postMessage({ type: 'review.theme', theme: 'dark' }, origin),
      service.address,
    );
    await expect.poll(background).not.toBe('rgb(255, 255, 255)');
  });

  it('is mounted by the client’s helper, which hands over its events and fits its height', async () => {
    const task = await makeTask();
    const { iframe } = await makeToken();
    const url = /src="([^"]+)"/.exec(iframe)?.[1] ?? '';
    const helper = stripTypeScriptTypes(
      await readFile(new URL('../../client/src/embed.ts', import.meta.url), 'utf8'),
    );
    site.page = `<!doctype html><html lang="en"><title>Host</title><body><div id="review"></div><script type="module">
      ${helper.replaceAll('export function', 'function')}
      window.told = [];
      window.mounted = mountReview(document.querySelector('#review'), {
        url: ${JSON.stringify(url)}, theme: 'dark',
        onLoaded: (tasks) => window.told.push(['loaded', tasks]),
        onDecided: (decision) => window.told.push(['decided', decision]),
      });
    </script></body></html>`;
    const page = await context.newPage();
    await page.goto(site.origin);
    const review = page.frameLocator('iframe');
    await review.getByText('Please refund 40 EUR.').waitFor();
    await expect
      .poll(() => review.locator('body').evaluate((body) => getComputedStyle(body).backgroundColor))
      .not.toBe('rgb(255, 255, 255)');
    await review.getByRole('button', { name: 'Approve' }).click();
    await review.getByRole('button', { name: 'Approve' }).click();
    const told = () => page.evaluate(() => Reflect.get(window, 'told'));
    await expect.poll(told).toEqual(
      expect.arrayContaining([
        ['loaded', 1],
        ['decided', { id: task.id, status: 'approved' }],
      ]),
    );
    expect(await page.locator('iframe').evaluate((frame) => frame.style.height)).toMatch(/^\d+px$/);
    await page.evaluate(() => Reflect.get(window, 'mounted').remove());
    expect(await page.locator('iframe').count()).toBe(0);
  });
});
