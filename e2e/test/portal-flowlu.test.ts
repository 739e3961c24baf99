/** System settings → Webhooks and the developer hub, as administrators and plain members meet them. */
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

const account = { module: 'crm', model: 'account' };
const lead = { module: 'crm', model: 'lead' };
const hostile = '<img src=x onerror="window.hurt = 1">';

describe.skipIf(process.env.SLUICE_TEST_CHROMIUM === undefined)(
  'the portal of a Flowlu organization',
  { timeout: 120_000 },
  () => {
    let folder: string;
    let service: Service;
    let browser: Browser;
    let site: Site;
    let organization: PortalOrganization;
    const opened: Watched[] = [];

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sluice-portal-flowlu-'));
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
      organization = await makePortalOrganization(service, { preset: 'flowlu' });
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
    const button = (page: Page, name: string | RegExp) =>
      page.getByRole('button', { name, exact: typeof name === 'string' });
    const hook = (name: object, actions: string[], path: string) => ({
      ...name,
      actions,
      url: `${site.origin}${path}`,
    });

    /** An app with two versions, the first one installed. */
    async function makeApp(name: string, description: string | null = null): Promise<string> {
      const app = await organization.call('POST', '/v1/apps', { name, description });
      const versions = `/v1/apps/${app.id}/versions`;
      await organization.call('POST', versions, {
        version: '1.0.0',
        scopes: [{ ...account, access: 'read', fields: ['name', 'email'] }],
        webhooks: [hook(account, ['create', 'update'], '/app'), hook(account, ['delete'], '/gone')],
      });
      await organization.call('POST', versions, {
        version: '1.1.0',
        scopes: [
          { ...account, access: 'write', fields: ['name'] },
          { ...lead, access: 'read' },
        ],
        webhooks: [hook(account, ['create', 'update'], '/app'), hook(lead, ['create'], '/leads')],
      });
      await organization.call('POST', `/v1/apps/${app.id}/installations`, {
        version: '1.0.0',
        consent: true,
      });
      return app.id;
    }

    /** Changes an account twice, and waits until the webhook at a path was told. */
    async function changeAccount(path: string): Promise<void> {
      const records = '/v1/records/crm/account';
      const before = site.requests.filter((one) => one === path).length;
      const { id } = await organization.call('POST', records, { name: 'Example GmbH', phone: '030' });
      await organization.call('PATCH', `${records}/${id}`, {
        name: 'Example AG',
        phone: null,
        email: hostile,
      });
      await until('both changes', () => site.requests.filter((one) => one === path).length >= before + 2);
    }

    it('adds a webhook by model and action, and shows what it was told before and after', async () => {
      const page = await open();
      await signInByLink(page, organization);
      await page.getByRole('link', { name: 'Webhooks' }).click();
      await page.getByText('No webhooks yet').waitFor();
      await button(page, 'Add webhook').first().click();
      const form = page.getByRole('dialog');
      await form.getByLabel('URL').fill('http://10.0.0.1/inside');
      await form.getByLabel('crm.account.update', { exact: true }).check();
      await form.getByLabel('Every change of crm.lead').check();
      await form.getByLabel('Name', { exact: true }).fill('Accounting');
      await form.getByRole('button', { name: 'Add webhook' }).click();
      await form
        .getByText(/https:\/\/|not allowed|leads to/i)
        .nth(1)
        .waitFor();
      await form.getByLabel('URL').fill(`${site.origin}/own`);
      await form.getByRole('button', { name: 'Add webhook' }).click();
      const secret = await page.getByRole('group', { name: 'Secret' }).textContent();
      expect(secret).toMatch(/^whsec_/);
      await button(page, 'I have kept it').click();
      const [endpoint] = (await organization.call('GET', '/v1/endpoints')).data;
      expect(endpoint).toMatchObject({ name: 'Accounting', events: ['crm.account.update', 'crm.lead.*'] });

      const { id } = await organization.call('POST', '/v1/records/crm/account', {
        name: 'Example GmbH',
        phone: '030',
      });
      // A number that no double holds has to be shown as it is.
      const patch = '{"name":"Example AG","phone":null,"balance":12345678901234567890.10}';
      const answer = await fetch(at(`/v1/records/crm/account/${id}`), {
        method: 'PATCH',
        headers: { authorization: `Bearer ${organization.key}`, 'content-type': 'application/json' },
        body: patch,
      });
      expect(answer.status).toBe(200);
      await until('the change', () => site.requests.includes('/own'));
      await page.getByRole('link', { name: 'Accounting' }).click();
      await heading(page, 'Accounting').waitFor();
      expect(await page.content()).not.toContain(secret);
      await button(page, /Delivered crm\.account\.update/).click();
      const row = (field: RegExp) => page.getByRole('row', { name: field });
      await row(/name \(changed\) "Example GmbH" "Example AG"/).waitFor();
      await row(/phone \(removed\) "030" none/).waitFor();
      await row(/balance \(added\) none 12345678901234567890\.10/).waitFor();
      expect(await row(/^created_at/).count()).toBe(0);
      await button(page, /fields unchanged/).click();
      await row(/created_at \(same\)/).waitFor();

      await button(page, 'Change').click();
      expect(await page.getByLabel('Every change of crm.lead').isChecked()).toBe(true);
      await page.getByLabel('crm.lead.delete', { exact: true }).uncheck();
      await button(page, 'Save').click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      const events = (await organization.call('GET', `/v1/endpoints/${endpoint.id}`)).events;
      expect(events).toEqual(['crm.account.update', 'crm.lead.create', 'crm.lead.update']);
      await button(page, 'Disable').click();
      await button(page, 'Disable it').click();
      await page.getByText('disabled by hand').waitFor();
      await button(page, 'Rotate secret').click();
      await button(page, 'Make a new one').click();
      expect(await page.getByRole('group', { name: 'Secret' }).textContent()).not.toBe(secret);
      await button(page, 'I have kept it').click();
      await button(page, 'Delete').click();
      await button(page, 'Delete it').click();
      await page.getByText('No webhooks yet').waitFor();
    });

    it('takes an app from its first version over consent and upgrade to its end', async () => {
      const page = await open();
      await signInByLink(page, organization);
      await page.getByRole('link', { name: 'Developer hub' }).click();
      await button(page, 'Create app').first().click();
      await page.getByRole('textbox', { name: 'Name' }).fill('Newsletter');
      await button(page, 'Create app').last().click();
      await heading(page, 'Newsletter').waitFor();
      await button(page, 'Edit').click();
      await page.getByLabel('Description').fill('Keeps the list in step');
      await button(page, 'Save').click();
      await page.getByText('Keeps the list in step').waitFor();

      // By form: a webhook without a scope is refused where it stands.
      await button(page, 'Register version').first().click();
      const field = (label: string) => page.locator(`input[aria-label="${label}"]`);
      const choose = async (label: string, type: string) => {
        await field(label).click();
        await page.getByRole('option', { name: type }).click();
      };
      await choose('Records of scope 1', 'crm.account');
      await field('Fields of scope 1').fill('name');
      await page.keyboard.press('Enter');
      // Leaving the field closes its list of names.
      await page.keyboard.press('Tab');
      await button(page, 'Add a webhook').click();
      await choose('Records of webhook 1', 'crm.lead');
      await field('URL of webhook 1').fill(`${site.origin}/app`);
      await button(page, 'Register version').last().click();
      await page
        .locator('.manifest-row-bad')
        .getByText('The webhook needs the scope crm.lead:read')
        .waitFor();
      await choose('Records of webhook 1', 'crm.account');
      await button(page, 'Register version').last().click();
      await page.getByText('1 scope, 1 webhook').waitFor();

      // As JSON: the line of the mistake is named and led to.
      await button(page, 'Register version').first().click();
      await page.getByRole('dialog').getByText('JSON', { exact: true }).click();
      const area = page.getByLabel('Manifest as JSON');
      const manifest = (url: string) =>
        JSON.stringify(
          {
            version: '2.0.0',
            scopes: [
              { ...account, access: 'write', fields: ['name', 'email'] },
              { ...lead, access: 'read' },
            ],
            webhooks: [hook(lead, ['create'], '/leads'), { ...hook(account, ['delete'], ''), url }],
          },
          null,
          2,
        );
      await area.fill(manifest('javascript:alert(1)'));
      await button(page, 'Register version').last().click();
      await page.getByText('/webhooks/1/url').waitFor();
      await button(page, /^Line \d+$/).click();
      const selected = () => page.evaluate(() => window.getSelection()?.toString());
      expect(await selected()).toBe('"javascript:alert(1)"');
      await area.fill(manifest(`${site.origin}/gone`));
      await button(page, 'Register version').last().click();
      await page.getByText('2 scopes, 2 webhooks').waitFor();

      await button(page, 'What changed in 2.0.0').click();
      await page.getByText('scopes added').waitFor();
      const change = (text: RegExp) => page.getByRole('listitem').filter({ hasText: text });
      await change(/Addedcrm\.lead.*Read/).waitFor();
      await change(/Widenedcrm\.account.*Readname.*Write.*added: emailname/).waitFor();
      await change(/Registeredcrm\.lead/).waitFor();
      await change(/Removedcrm\.account/).waitFor();

      await page.getByRole('tab', { name: 'Versions' }).click();
      await button(page, 'Install 1.0.0').click();
      await page.getByText('See crm.account records, of each only name').waitFor();
      await button(page, 'Consent and install').click();
      await page.getByRole('group', { name: 'Token of the installation' }).waitFor();
      expect(await page.getByRole('dialog').getByRole('group').allTextContents()).toEqual([
        expect.stringMatching(/^app_token_/),
        expect.stringMatching(/^whsec_/),
      ]);
      await button(page, 'I have kept them').click();
      await page.getByText('Acts for you').waitFor();
      await changeAccount('/app');
      await page.getByRole('link', { name: 'Newsletter: crm.account' }).click();
      await page.getByText('Its manifest decides').waitFor();
      expect(await button(page, 'Delete').count()).toBe(0);
      await button(page, /Delivered crm\.account\.update/).click();
      await page.getByRole('row', { name: /name \(changed\)/ }).waitFor();
      expect(await page.getByRole('row', { name: /phone/ }).count()).toBe(0);

      await page.getByRole('link', { name: 'Newsletter', exact: true }).click();
      await button(page, 'Change to this 2.0.0').click();
      await page.getByText('If you consent, it may from now on').waitFor();
      await page.getByText('See crm.lead records with every field').waitFor();
      await button(page, 'Consent and change').click();
      await button(page, 'I have kept them').click();
      await page.getByRole('link', { name: 'Newsletter: crm.lead' }).waitFor();
      await button(page, 'Issue a token').click();
      await button(page, 'Issue it').click();
      await button(page, 'I have kept it').click();
      await button(page, 'Revoke').first().click();
      await button(page, 'Revoke it').click();
      await button(page, 'Revoke it').waitFor({ state: 'detached' });
      await until('one token is left', async () => (await button(page, 'Revoke').count()) === 1);

      await button(page, 'Delete').click();
      await page.getByText('cannot be deleted yet').waitFor();
      await button(page, 'Delete it').click();
      await page.getByText('uninstall it first').last().waitFor();
      await button(page, 'Keep it as it is').click();
      await button(page, 'Uninstall').click();
      await button(page, 'Uninstall it').click();
      await page.getByText('Not installed').waitFor();
      expect((await organization.call('GET', '/v1/endpoints')).data).toEqual([]);
      await button(page, 'Delete').click();
      await button(page, 'Delete it').click();
      await page.getByText('No apps yet').waitFor();
    });

    it('tells a plain member what is missing', async () => {
      await organization.addMember({ email: 'mo@example.com', name: 'Mo', role: 'member' });
      const app = await makeApp('Newsletter');
      const page = await open();
      await signInByLink(page, organization, 'mo@example.com');
      for (const [path, scope] of [
        ['/settings/webhooks', 'endpoints:read'],
        ['/developer-hub', 'apps:read'],
        [`/developer-hub/${app}`, 'apps:read'],
      ] as const) {
        await page.goto(at(path));
        await page.getByText(scope, { exact: true }).waitFor();
        expect(await accessibilityProblems(page)).toEqual([]);
      }
      expect(await page.content()).not.toContain('Newsletter');
    });

    it('shows many apps page by page, and what strangers wrote as text', async () => {
      const app = await makeApp(hostile, 'javascript:alert(1)');
      for (let count = 0; count < 55; count += 1)
        await organization.call('POST', '/v1/apps', { name: `App ${count}` });
      const page = await open();
      await signInByLink(page, organization);
      await page.goto(at('/developer-hub'));
      await page.getByText('App 54').waitFor();
      expect(await page.getByText(hostile).count()).toBe(0);
      await button(page, 'Show more').click();
      await page.getByRole('link', { name: hostile }).click();
      await heading(page, hostile).waitFor();
      await changeAccount('/app');
      for (const path of ['/settings/webhooks', `/developer-hub/${app}`]) {
        await page.goto(at(path));
        await page.getByText(hostile).first().waitFor();
      }
      await page.getByRole('tab', { name: 'Installation' }).click();
      await page
        .getByRole('link', { name: `${hostile}: crm.account` })
        .first()
        .click();
      await button(page, /Delivered crm\.account\.update/).click();
      await page.getByRole('row', { name: /email \(added\)/ }).waitFor();
      expect(await page.evaluate(() => Reflect.get(window, 'hurt'))).toBeUndefined();
      expect(await page.locator('a[href^="javascript:" i], img:not([src^="/portal/"])').count()).toBe(0);
    });

    it('passes axe on each page, in light and dark, on a desk and on a phone', async () => {
      const own = await organization.call('POST', '/v1/endpoints', {
        url: `${site.origin}/axe`,
        name: 'Accounting',
        events: ['crm.account.*'],
      });
      await organization.call('POST', '/v1/endpoints', {
        url: `${site.origin}/${'long-'.repeat(60)}`,
        events: ['*'],
      });
      const app = await makeApp('A name that goes on and on '.repeat(7).trim());
      await changeAccount('/axe');
      const found: string[] = [];
      for (const options of [
        { width: 1280, colorScheme: 'light' },
        { width: 390, colorScheme: 'dark' },
      ] as const) {
        const page = await open(options);
        const look = async (what: string) => {
          await page.getByLabel('Loading').waitFor({ state: 'detached' });
          const problems = await accessibilityProblems(page);
          const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
          if (wide) problems.push('is wider than the window');
          found.push(...problems.map((problem) => `${what}, ${options.colorScheme}: ${problem}`));
        };
        await signInByLink(page, organization);
        await page.goto(at('/settings/webhooks'));
        await page.getByText('registered by').first().waitFor();
        await look('webhooks');
        await button(page, 'Add webhook').click();
        await page.getByLabel('crm.account.update', { exact: true }).waitFor();
        await look('add a webhook');
        await page.goto(at(`/settings/webhooks/${own.id}`));
        await button(page, /Delivered crm\.account\.update/).click();
        await page.getByRole('row', { name: /name \(changed\)/ }).waitFor();
        await look('a webhook');
        await page.goto(at('/developer-hub'));
        await page.getByText('Installed 1.0.0').waitFor();
        await look('developer hub');
        await page.goto(at(`/developer-hub/${app}`));
        await page.getByRole('columnheader', { name: 'Module' }).waitFor();
        await look('versions');
        await button(page, 'Change to this 1.1.0').click();
        await page.getByText('If you consent').waitFor();
        await look('upgrade');
        await button(page, 'Cancel').click();
        await page.getByRole('dialog').waitFor({ state: 'detached' });
        await button(page, 'Register version').click();
        await page.getByLabel('URL of webhook 2').waitFor();
        await look('register, form');
        await page.getByRole('dialog').getByText('JSON', { exact: true }).click();
        await page.getByLabel('Manifest as JSON').waitFor();
        await look('register, JSON');
        await button(page, 'Cancel').click();
        await page.getByRole('dialog').waitFor({ state: 'detached' });
        await page.getByRole('tab', { name: 'Differences' }).click();
        await page.getByText('scopes added').waitFor();
        await look('differences');
        await page.getByRole('tab', { name: 'Installation' }).click();
        await page.getByText('Acts for').waitFor();
        await look('installation');
      }
      expect(found).toEqual([]);
    });
  },
);
