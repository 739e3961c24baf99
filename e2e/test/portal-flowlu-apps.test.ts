/** The developer hub, as administrators and plain members of a Flowlu organization meet it. */
import { expect, it } from 'vitest';
import { account, flowluStory, hostile, lead } from '../src/flowlu-story.ts';
import { describePortal, flawsOf, looks } from '../src/portal-story.ts';
import { until } from '../src/waiting.ts';

describePortal('the developer hub', { preset: 'flowlu' }, (story) => {
  const { at, heading, button, openSignedIn } = story;
  const { hook, makeApp, changeAccount } = flowluStory(story);

  it('takes an app from its first version over consent and upgrade to its end', async () => {
    const page = await openSignedIn();
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
    await field('URL of webhook 1').fill(`${story.inbox.url}/app`);
    await button(page, 'Register version').last().click();
    await page.locator('.manifest-row-bad').getByText('The webhook needs the scope crm.lead:read').waitFor();
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
    await area.fill(manifest(`${story.inbox.url}/gone`));
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
    expect((await story.organization.call('GET', '/v1/endpoints')).data).toEqual([]);
    await button(page, 'Delete').click();
    await button(page, 'Delete it').click();
    await page.getByText('No apps yet').waitFor();
  });

  it('tells a plain member what is missing', async () => {
    await story.organization.addMember({ email: 'mo@example.com', name: 'Mo', role: 'member' });
    const app = await makeApp('Newsletter');
    const page = await openSignedIn({ email: 'mo@example.com' });
    for (const path of ['/developer-hub', `/developer-hub/${app}`]) {
      await page.goto(at(path));
      await page.getByText('apps:read', { exact: true }).waitFor();
      expect(await flawsOf(page, 'flowlu apps refused')).toEqual([]);
    }
    expect(await page.content()).not.toContain('Newsletter');
  });

  it('shows many apps page by page, and what strangers wrote as text', async () => {
    const app = await makeApp(hostile, 'javascript:alert(1)');
    for (let count = 0; count < 55; count += 1)
      await story.organization.call('POST', '/v1/apps', { name: `App ${count}` });
    const page = await openSignedIn();
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

  it.each(looks)('has no flaw: $colorScheme, $width px wide', async (appearance) => {
    const app = await makeApp('A name that goes on and on '.repeat(7).trim());
    const found: string[] = [];
    const page = await openSignedIn(appearance);
    const look = async (what: string) => {
      found.push(...(await flawsOf(page, `flowlu ${what}`)));
    };
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
    expect(found).toEqual([]);
  });
});
