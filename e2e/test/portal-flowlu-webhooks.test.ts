/** System settings → Webhooks, as administrators and plain members of a Flowlu organization meet them. */
import { expect, it } from 'vitest';
import { flowluStory } from '../src/flowlu-story.ts';
import { describePortal, flawsOf, looks } from '../src/portal-story.ts';
import { until } from '../src/waiting.ts';

describePortal('webhooks of a Flowlu organization', { preset: 'flowlu' }, (story) => {
  const { at, heading, button, openSignedIn } = story;
  const { makeApp, changeAccount } = flowluStory(story);

  it('adds a webhook by model and action, and shows what it was told before and after', async () => {
    const page = await openSignedIn();
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
    await form.getByLabel('URL').fill(`${story.inbox.url}/own`);
    await form.getByRole('button', { name: 'Add webhook' }).click();
    const secret = await page.getByRole('group', { name: 'Secret' }).textContent();
    expect(secret).toMatch(/^whsec_/);
    await button(page, 'I have kept it').click();
    const [endpoint] = (await story.organization.call('GET', '/v1/endpoints')).data;
    expect(endpoint).toMatchObject({ name: 'Accounting', events: ['crm.account.update', 'crm.lead.*'] });

    const { id } = await story.organization.call('POST', '/v1/records/crm/account', {
      name: 'Example GmbH',
      phone: '030',
    });
    // A number that no double holds has to be shown as it is.
    const patch = '{"name":"Example AG","phone":null,"balance":12345678901234567890.10}';
    const answer = await fetch(at(`/v1/records/crm/account/${id}`), {
      method: 'PATCH',
      headers: { authorization: `Bearer ${story.organization.key}`, 'content-type': 'application/json' },
      body: patch,
    });
    expect(answer.status).toBe(200);
    await until('the change', () => story.inbox.requests.some(({ path }) => path === '/own'));
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
    const body = page.getByRole('group', { name: 'Request body' });
    const sent = await body.textContent();
    expect(sent).toContain('"balance":12345678901234567890.10');
    await button(page, 'In lines').click();
    await body.getByText(/"current": \{\n/).waitFor();
    expect(await body.textContent()).toContain('\n    "balance": 12345678901234567890.10');
    await button(page, 'As it was sent').click();
    expect(await body.textContent()).toBe(sent);

    await button(page, 'Change').click();
    expect(await page.getByLabel('Every change of crm.lead').isChecked()).toBe(true);
    await page.getByLabel('crm.lead.delete', { exact: true }).uncheck();
    await button(page, 'Save').click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const events = (await story.organization.call('GET', `/v1/endpoints/${endpoint.id}`)).events;
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

  it('shows the webhooks of one app alone', async () => {
    await makeApp('Newsletter');
    await makeApp('Archive');
    await story.organization.call('POST', '/v1/endpoints', {
      url: `${story.inbox.url}/own`,
      name: 'Accounting',
      events: ['*'],
    });
    const page = await openSignedIn();
    await page.goto(at('/settings/webhooks'));
    const rows = page.getByRole('region').getByRole('listitem');
    await until('five webhooks', async () => (await rows.count()) === 5);
    await page.getByRole('combobox', { name: 'App' }).fill('newsl');
    await page.getByRole('option', { name: 'Newsletter' }).click();
    await until('two of them', async () => (await rows.count()) === 2);
    for (const text of await rows.allTextContents()) expect(text).toContain('registered by Newsletter');
    await page.reload();
    await until('two after coming back', async () => (await rows.count()) === 2);
    await button(page, 'Show all').click();
    await until('all of them', async () => (await rows.count()) === 5);
  });

  it('says among all endpoints which app one belongs to, and offers what the API takes', async () => {
    const app = await makeApp('Newsletter');
    const { id } = (await story.organization.call('GET', '/v1/endpoints')).data[0];
    const page = await openSignedIn();
    await page.goto(at(`/endpoints/${id}`));
    const lead = page.getByRole('main').getByRole('link', { name: 'Newsletter' });
    expect(await lead.getAttribute('href')).toBe(`/developer-hub/${app}`);
    await button(page, 'Rotate secret').waitFor();
    expect(await button(page, 'Delete').count()).toBe(0);
    await button(page, 'Change').click();
    const form = page.getByRole('dialog', { name: /^Change/ });
    await form.getByLabel('Name', { exact: true }).fill('For the newsletter');
    await form.getByLabel('Deliveries a second at most').fill('5');
    for (const field of ['URL', 'Events', 'Contract']) expect(await form.getByLabel(field).count()).toBe(0);
    await button(form, 'Save').click();
    await heading(page, 'For the newsletter').waitFor();
    await page.getByText('5 deliveries a second').waitFor();
    await button(page, 'Disable').click();
    await button(page, 'Disable it').click();
    await page.getByText('disabled by hand').waitFor();
    expect(await story.organization.call('GET', `/v1/endpoints/${id}`)).toMatchObject({
      name: 'For the newsletter',
      rate_limit: 5,
      enabled: false,
    });
  });

  it('tells a plain member what is missing', async () => {
    await story.organization.addMember({ email: 'mo@example.com', name: 'Mo', role: 'member' });
    const page = await openSignedIn({ email: 'mo@example.com' });
    await page.goto(at('/settings/webhooks'));
    await page.getByText('endpoints:read', { exact: true }).waitFor();
    expect(await flawsOf(page, 'flowlu webhooks refused')).toEqual([]);
  });

  it.each(looks)('has no flaw: $colorScheme, $width px wide', async (appearance) => {
    const own = await story.organization.call('POST', '/v1/endpoints', {
      url: `${story.inbox.url}/axe`,
      name: 'Accounting',
      events: ['crm.account.*'],
    });
    await story.organization.call('POST', '/v1/endpoints', {
      url: `${story.inbox.url}/${'long-'.repeat(60)}`,
      events: ['*'],
    });
    await makeApp('A name that goes on and on '.repeat(7).trim());
    await changeAccount('/axe');
    const found: string[] = [];
    const page = await openSignedIn(appearance);
    const look = async (what: string) => {
      found.push(...(await flawsOf(page, `flowlu ${what}`)));
    };
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
    expect(found).toEqual([]);
  });
});
