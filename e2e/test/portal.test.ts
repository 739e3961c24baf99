/** The portal as members meet it: signing in and out, its pages by mouse and keyboard, and what strangers write. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accessibilityProblems, launchBrowser, type Site, startSite } from '../src/browser.ts';
import {
  makePortalOrganization,
  openPortal,
  type PortalOrganization,
  signInByLink,
  type Watched,
} from '../src/portal.ts';
import { type Service, startService } from '../src/service.ts';
import { until } from '../src/waiting.ts';

const password = 'a long way to the sea';

describe.skipIf(process.env.SLUICE_TEST_CHROMIUM === undefined)('the portal', { timeout: 120_000 }, () => {
  let folder: string;
  let service: Service;
  let browser: Browser;
  let site: Site;
  let acme: PortalOrganization;
  const opened: Watched[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-portal-'));
    [service, browser, site] = await Promise.all([
      startService({ dataDir: folder }),
      launchBrowser(),
      startSite(),
    ]);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    await service?.kill();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    acme = await makePortalOrganization(service);
  });
  afterEach(async () => {
    const complaints = opened.flatMap((one) => one.complaints);
    await Promise.all(opened.splice(0).map(({ context }) => context.close()));
    expect(complaints).toEqual([]);
  });

  async function open(options?: Parameters<typeof openPortal>[1]): Promise<Page> {
    const watched = await openPortal(browser, options);
    opened.push(watched);
    return watched.page;
  }

  const at = (path: string) => `${service.address}${path}`;
  const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });

  /** Publishes and waits until the ledger has attempts. */
  async function deliver(type = 'invoice.paid', data: object = { amount: 1999 }): Promise<string> {
    const event = await acme.call('POST', '/v1/events', { type, data });
    return until('an attempt', async () => {
      const { data: found } = await acme.call('GET', `/v1/deliveries?event_id=${event.id}`);
      return found[0]?.attempts > 0 ? found[0].id : null;
    });
  }

  it('lets a member in by a link, once, and leaves nothing of it in the address', async () => {
    const page = await open();
    const link = await acme.link();
    await page.goto(link);
    await heading(page, 'Overview').waitFor();
    expect(page.url()).toBe(at('/'));
    expect(await page.evaluate(() => document.cookie)).toBe('');
    await page.goBack();
    expect(page.url()).not.toContain('mbr_link_');

    const other = await open();
    await other.goto(link);
    await other.getByText('was used before').waitFor();
    await other.getByText('ask an administrator').waitFor();
    expect(other.url()).toBe(at('/sign-in'));
    // The whole link, pasted, does as well as following it.
    await other
      .getByLabel('One-time link', { exact: true })
      .last()
      .fill(await acme.link());
    await other.getByRole('button', { name: 'Sign in' }).click();
    await heading(other, 'Overview').waitFor();
  });

  it('lets a member in by the password that the member set, and out again', async () => {
    const page = await open();
    await signInByLink(page, acme);
    await page.goto(at('/me'));
    const field = page.getByLabel('New password');
    await field.fill('too short');
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByText('A password has at least 12 characters.').waitFor();
    await field.fill(password);
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByText('Saved. You are signed out everywhere else.').waitFor();
    await page.getByLabel('Current password').waitFor();

    await page.getByRole('button', { name: 'Account of Olga Owner' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await heading(page, 'Sign in to Sluice').waitFor();
    await page.goto(at('/me'));
    await heading(page, 'Sign in to Sluice').waitFor();

    expect(await page.getByLabel('Organization').inputValue()).toBe(acme.slug);
    await page.getByLabel('E-mail address').fill('owner@example.com');
    await page.getByLabel('Password', { exact: true }).last().fill('something else');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('the e-mail address or the password is wrong').waitFor();
    await page.getByLabel('Password', { exact: true }).last().fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    // Back to where the way had led.
    await heading(page, 'Account').waitFor();
    expect(page.url()).toBe(at('/me'));
  });

  it('goes nowhere else after signing in, whatever the address says', async () => {
    for (const back of [
      '//evil.example/',
      'https://evil.example/',
      '/\\evil.example',
      'javascript:alert(1)',
    ]) {
      const page = await open();
      await page.goto(`${at('/sign-in')}?back=${encodeURIComponent(back)}`);
      await page.getByText('One-time link', { exact: true }).click();
      await page
        .getByLabel('One-time link', { exact: true })
        .last()
        .fill(await acme.link());
      await page.getByRole('button', { name: 'Sign in' }).click();
      await heading(page, 'Overview').waitFor();
      expect(page.url()).toBe(at('/'));
    }
  });

  it('shows a session that ended the door, and leads back afterwards', async () => {
    await acme.addMember({ email: 'mia@example.com', name: 'Mia', role: 'admin' });
    const page = await open();
    await signInByLink(page, acme, 'mia@example.com');
    await page.getByRole('link', { name: 'Deliveries' }).click();
    await heading(page, 'Deliveries').waitFor();
    const { data } = await acme.call('GET', '/v1/members');
    const mia = data.find(({ email }: { email: string }) => email === 'mia@example.com');
    await acme.call('DELETE', `/v1/members/${mia.id}`);
    // The page reads its list anew by itself; the refusal leads to the door.
    await heading(page, 'Sign in to Sluice').waitFor();
    expect(new URL(page.url()).searchParams.get('back')).toBe('/deliveries');
  });

  it('ends other sessions of the member', async () => {
    const [page, other] = [await open(), await open()];
    await signInByLink(other, acme);
    await signInByLink(page, acme);
    await page.goto(at('/me'));
    await page.getByText('This browser').waitFor();
    await page.getByRole('button', { name: 'End', exact: true }).click();
    await page.getByRole('button', { name: 'End it' }).click();
    await page.getByRole('button', { name: 'End', exact: true }).waitFor({ state: 'detached' });
    await other.reload();
    await heading(other, 'Sign in to Sluice').waitFor();
  });

  it('adds an endpoint, shows its secret once, tests it and shows its deliveries', async () => {
    const page = await open();
    await signInByLink(page, acme);
    await page.getByRole('link', { name: 'Endpoints', exact: true }).click();
    await page.getByRole('button', { name: 'Add endpoint' }).first().click();
    const form = page.getByRole('dialog');
    await form.getByLabel('URL').fill('http://10.0.0.1/inside');
    await form.getByRole('button', { name: 'Add endpoint' }).click();
    await form.getByText('The address 10.0.0.1 is not public.').waitFor();
    await form.getByLabel('URL').fill(`${site.origin}/hook`);
    await form.getByLabel('Name', { exact: true }).fill('Order service');
    await form.getByRole('button', { name: 'Add endpoint' }).click();
    const secret = await page.getByRole('group', { name: 'Secret' }).textContent();
    expect(secret).toMatch(/^whsec_/);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole('button', { name: 'I have kept it' }).click();
    await page.getByRole('link', { name: 'Order service' }).click();
    await heading(page, 'Order service').waitFor();
    expect(await page.content()).not.toContain(secret);
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByText('The test arrived').waitFor();
    expect(site.requests).toContain('/hook');
    await page.getByRole('button', { name: 'Close' }).click();
    await page
      .getByRole('button', { name: /Delivered/ })
      .first()
      .click();
    await page.getByRole('tab', { name: 'Response' }).click();
    await page.getByText('HTTP 200', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete it' }).click();
    await page.getByText('No endpoints yet').waitFor();
  });

  it('works without a mouse', async () => {
    await acme.call('POST', '/v1/endpoints', { url: `${site.origin}/keys`, events: ['*'] });
    await deliver();
    const page = await open();
    await page.goto(at('/sign-in'));
    await page.getByLabel('Organization').focus();
    const link = await acme.link();
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Tab');
    await page.keyboard.type(link);
    await page.keyboard.press('Enter');
    await heading(page, 'Overview').waitFor();

    await page.goto(at('/deliveries'));
    await page.getByRole('button', { name: /invoice\.paid/ }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('To the content');
    await page.keyboard.press('Enter');
    for (let presses = 0; presses < 10; presses += 1) {
      await page.keyboard.press('Tab');
      const focused = await page.evaluate(() => document.activeElement?.textContent ?? '');
      if (focused.includes('invoice.paid')) break;
    }
    await page.keyboard.press('Enter');
    await page.getByText('Attempt 1').waitFor();
  });

  it('passes axe on each page, in light and dark, on a desk and on a phone', async () => {
    const { id } = await acme.call('POST', '/v1/endpoints', { url: `${site.origin}/axe`, events: ['*'] });
    await acme.call('POST', '/v1/endpoints', {
      url: 'http://127.0.0.1:9/closed',
      events: ['*'],
      name: 'Closed',
    });
    const delivery = await deliver();
    await deliver('invoice.refused');
    const pages: readonly [string, string | RegExp][] = [
      ['/', 'Overview'],
      ['/deliveries', 'Deliveries'],
      [`/deliveries/${delivery}`, 'invoice.paid'],
      ['/endpoints', 'Endpoints'],
      [`/endpoints/${id}`, `${site.origin}/axe`],
      ['/me', 'Account'],
    ];
    const found: string[] = [];
    for (const options of [
      { width: 1280, colorScheme: 'light' },
      { width: 390, colorScheme: 'dark' },
    ] as const) {
      const page = await open(options);
      const look = async (what: string) => {
        const problems = await accessibilityProblems(page);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
        if (wide) problems.push('is wider than the window');
        found.push(...problems.map((problem) => `${what}, ${options.colorScheme}: ${problem}`));
      };
      await page.goto(at('/sign-in'));
      await heading(page, 'Sign in to Sluice').waitFor();
      await look('/sign-in');
      await signInByLink(page, acme);
      for (const [path, title] of pages) {
        await page.goto(at(path));
        await heading(page, title).waitFor();
        await page.getByLabel('Loading').waitFor({ state: 'detached' });
        if (path === '/deliveries') {
          await page
            .getByRole('button', { name: /invoice/ })
            .first()
            .click();
          await page.getByRole('tab', { name: 'Request' }).first().waitFor();
        }
        await look(path);
      }
      await page.goto(at('/settings/nothing-here'));
      await page.getByText('There is nothing here').waitFor();
      await look('nothing');
    }
    expect(found).toEqual([]);
  });

  it('shows what strangers wrote as text', async () => {
    const hostile = '<img src=x onerror="window.hurt = 1">';
    const organization = await makePortalOrganization(service, { name: hostile });
    acme = organization;
    await organization.addMember({ email: 'h@example.com', name: hostile });
    const answered = '</pre><script>window.hurt = 2</script><a href="javascript:window.hurt = 3">here</a>';
    site.page = answered;
    const { id } = await organization.call('POST', '/v1/endpoints', {
      url: `${site.origin}/x?y=<script>window.hurt=4</script>`,
      name: hostile,
      description: `javascript:alert(1) ${hostile}`,
      events: ['*'],
    });
    const delivery = await deliver('thing.made', { html: '<svg onload="window.hurt = 5">' });
    const page = await open();
    await signInByLink(page, organization, 'h@example.com');
    await page.getByText(hostile).first().waitFor();
    for (const path of [
      '/',
      '/endpoints',
      `/endpoints/${id}`,
      '/deliveries',
      `/deliveries/${delivery}`,
      '/me',
    ]) {
      await page.goto(at(path));
      await page
        .getByText(path.startsWith('/deliveries/') ? 'thing.made' : hostile)
        .first()
        .waitFor();
      await page.getByLabel('Loading').waitFor({ state: 'detached' });
    }
    await page.goto(at(`/deliveries/${delivery}`));
    await page.getByText('<svg onload').waitFor();
    await page.getByRole('tab', { name: 'Response' }).click();
    await page.getByText(answered).waitFor();
    expect(await page.evaluate(() => Reflect.get(window, 'hurt'))).toBeUndefined();
    expect(await page.locator('a[href^="javascript:" i], img:not([src^="/portal/"])').count()).toBe(0);
    site.page = '';
  });

  it('shows members who may see no deliveries what they may', async () => {
    await acme.addMember({ email: 'mo@example.com', name: 'Mo', role: 'member' });
    const page = await open();
    await signInByLink(page, acme, 'mo@example.com');
    await heading(page, 'Welcome, Mo').waitFor();
    expect(await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allTextContents()).toEqual(
      ['Overview', 'Notifications', 'Account'],
    );
    await page.goto(at('/deliveries'));
    await page.getByText('The credential lacks the scope deliveries:read.').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it('is served for its own addresses alone, for no frame, with a policy', async () => {
    for (const path of [
      '/',
      '/sign-in',
      '/me',
      '/me/agent',
      '/plugins/webhooks/7/logs',
      '/settings/webhooks',
    ]) {
      const answer = await fetch(at(path));
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      const policy = answer.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'; script-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(answer.headers.get('x-frame-options')).toBe('DENY');
      expect(await answer.text()).not.toMatch(/<script(?![^>]*\bsrc=)/);
    }
    for (const path of ['/nothing', '/sign-in/x', '/v1/nothing', '/portal/', '/index.html']) {
      const answer = await fetch(at(path));
      expect([path, answer.status, (await answer.json()).code]).toEqual([path, 404, 'not_found']);
    }
    const framing = await open();
    site.page = `<iframe src="${at('/')}" title="portal"></iframe>`;
    await framing.goto(site.origin);
    const frame = await (await framing.waitForSelector('iframe')).contentFrame();
    expect(await frame?.locator('#root').count()).toBe(0);
    opened.splice(0);
    await framing.context().close();
    site.page = '';
  });
});
