/** The portal as members meet it: signing in and out, its pages by mouse and keyboard, and what strangers write. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accessibilityProblems, type Site, startSite } from '../src/browser.ts';
import { signInByLink } from '../src/portal.ts';
import { describePortal, flawsOf, looks } from '../src/portal-story.ts';
import { until } from '../src/waiting.ts';

const password = 'a long way to the sea';

describePortal('the portal', {}, (story) => {
  const { at, heading, open, openSignedIn } = story;
  let site: Site;
  beforeAll(async () => {
    site = await startSite();
  });
  afterAll(() => site?.close());

  /** Publishes and waits until the ledger has attempts. */
  async function deliver(
    type = 'invoice.paid',
    data: object = { amount: 1999 },
    organization = story.organization,
  ): Promise<string> {
    const event = await organization.call('POST', '/v1/events', { type, data });
    return until('an attempt', async () => {
      const { data: found } = await organization.call('GET', `/v1/deliveries?event_id=${event.id}`);
      return found[0]?.attempts > 0 ? found[0].id : null;
    });
  }

  it('lets a member in by a link, once, and leaves nothing of it in the address', async () => {
    const page = await open();
    const link = await story.organization.link();
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
      .fill(await story.organization.link());
    await other.getByRole('button', { name: 'Sign in' }).click();
    await heading(other, 'Overview').waitFor();
  });

  it('lets a member in by the password that the member set, and out again', async () => {
    const page = await openSignedIn();
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

    expect(await page.getByLabel('Organization').inputValue()).toBe(story.organization.slug);
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
        .fill(await story.organization.link());
      await page.getByRole('button', { name: 'Sign in' }).click();
      await heading(page, 'Overview').waitFor();
      expect(page.url()).toBe(at('/'));
    }
  });

  it('shows a session that ended the door, and leads back afterwards', async () => {
    await story.organization.addMember({ email: 'mia@example.com', name: 'Mia', role: 'admin' });
    const page = await openSignedIn({ email: 'mia@example.com' });
    await page.getByRole('link', { name: 'Deliveries' }).click();
    await heading(page, 'Deliveries').waitFor();
    const { data } = await story.organization.call('GET', '/v1/members');
    const mia = data.find(({ email }: { email: string }) => email === 'mia@example.com');
    await story.organization.call('DELETE', `/v1/members/${mia.id}`);
    // The page reads its list anew by itself; the refusal leads to the door.
    await heading(page, 'Sign in to Sluice').waitFor();
    expect(new URL(page.url()).searchParams.get('back')).toBe('/deliveries');
  });

  it('ends other sessions of the member', async () => {
    const [page, other] = [await open(), await open()];
    await signInByLink(other, story.organization);
    await signInByLink(page, story.organization);
    await page.goto(at('/me'));
    await page.getByText('This browser').waitFor();
    await page.getByRole('button', { name: 'End', exact: true }).click();
    await page.getByRole('button', { name: 'End it' }).click();
    await page.getByRole('button', { name: 'End', exact: true }).waitFor({ state: 'detached' });
    await other.reload();
    await heading(other, 'Sign in to Sluice').waitFor();
  });

  it('adds an endpoint, shows its secret once, tests it and shows its deliveries', async () => {
    const page = await openSignedIn();
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
    await story.organization.call('POST', '/v1/endpoints', { url: `${site.origin}/keys`, events: ['*'] });
    await deliver();
    const page = await open();
    await page.goto(at('/sign-in'));
    await page.getByLabel('Organization').focus();
    const link = await story.organization.link();
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

  it.each(looks)('has no flaw on any page: $colorScheme, $width px wide', async (appearance) => {
    const { id } = await story.organization.call('POST', '/v1/endpoints', {
      url: `${site.origin}/axe`,
      events: ['*'],
    });
    await story.organization.call('POST', '/v1/endpoints', {
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
    const page = await open(appearance);
    const look = async (what: string) => {
      found.push(...(await flawsOf(page, what)));
    };
    await page.goto(at('/sign-in'));
    await heading(page, 'Sign in to Sluice').waitFor();
    await look('/sign-in');
    await signInByLink(page, story.organization);
    for (const [path, title] of pages) {
      await page.goto(at(path));
      await heading(page, title).waitFor();
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
    expect(found).toEqual([]);
  });

  it('shows what strangers wrote as text', async () => {
    const hostile = '<img src=x onerror="window.hurt = 1">';
    const organization = await story.addOrganization({ name: hostile });
    await organization.addMember({ email: 'h@example.com', name: hostile });
    const answered = '</pre><script>window.hurt = 2</script><a href="javascript:window.hurt = 3">here</a>';
    site.page = answered;
    const { id } = await organization.call('POST', '/v1/endpoints', {
      url: `${site.origin}/x?y=<script>window.hurt=4</script>`,
      name: hostile,
      description: `javascript:alert(1) ${hostile}`,
      events: ['*'],
    });
    const delivery = await deliver('thing.made', { html: '<svg onload="window.hurt = 5">' }, organization);
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

  it('says that the service is away, what that means, and goes on when it is back', async () => {
    const page = await openSignedIn({ expects: /SluiceUnreachable|Failed to load resource/ });
    await page.getByText('Nothing was delivered yet').waitFor();
    await page.route('**/v1/**', (route) => route.abort());
    await page.getByRole('alert').getByText('Sluice does not answer').waitFor();
    expect(await flawsOf(page, 'away')).toEqual([]);
    await page.reload();
    await page.getByRole('alert').getByText('No connection').waitFor();
    await page.unroute('**/v1/**');
    await page.getByRole('button', { name: 'Try again' }).click();
    await heading(page, 'Overview').waitFor();
    await page.getByText('Nothing was delivered yet').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('shows members who may see no deliveries what they may', async () => {
    await story.organization.addMember({ email: 'mo@example.com', name: 'Mo', role: 'member' });
    const page = await openSignedIn({ email: 'mo@example.com' });
    await heading(page, 'Welcome, Mo').waitFor();
    expect(await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allTextContents()).toEqual(
      ['Overview', 'Notifications', 'Account'],
    );
    await page.goto(at('/deliveries'));
    await page.getByText('which lacks the right deliveries:read').waitFor();
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
    const framing = await open({ expects: /violates.*frame-ancestors 'none'/ });
    site.page = `<iframe src="${at('/')}" title="portal"></iframe>`;
    await framing.goto(site.origin);
    const frame = await (await framing.waitForSelector('iframe')).contentFrame();
    expect(await frame?.locator('#root').count()).toBe(0);
    site.page = '';
  });
});
