/** An organization with more of everything than a page of the API holds: nothing is left out, and all can be found. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { flowluStory } from '../src/flowlu-story.ts';
import { describePortal } from '../src/portal-story.ts';
import { until } from '../src/waiting.ts';

/** More than a page can have. */
const many = 205;

describePortal('the portal of an organization with much', { preset: 'flowlu' }, (story) => {
  const { at, heading, button, openSignedIn } = story;
  const { makeApp } = flowluStory(story);

  /** What was made first is on the last page. */
  async function make(path: string, bodyOf: (number: number) => object): Promise<void> {
    for (let number = 1; number <= many; number += 1)
      await story.organization.call('POST', path, bodyOf(number));
  }

  const choose = async (page: Page, field: string, typed: string, option: RegExp) => {
    await page.getByRole('combobox', { name: field }).fill(typed);
    await page.getByRole('option', { name: option }).click();
  };

  it('counts every endpoint, and finds the deliveries of each by what it is called', async () => {
    await make('/v1/endpoints', (number) => ({
      url: `${story.inbox.url}/${number}`,
      name: number === 1 ? 'Accounting' : `Number ${number}`,
      events: number <= 2 ? ['crm.account.*'] : ['crm.lead.delete'],
    }));
    const { data } = await story.organization.call('GET', '/v1/endpoints?limit=1');
    await story.organization.call('POST', `/v1/endpoints/${data[0].id}/disable`);
    await story.organization.call('POST', '/v1/records/crm/account', { name: 'Example GmbH' });
    await until('both are told', () => story.inbox.requests.length >= 2);

    const page = await openSignedIn();
    const tile = page.getByRole('group', { name: 'Endpoints' });
    await tile.getByText(String(many), { exact: true }).waitFor();
    await tile.getByText('1 disabled').waitFor();
    // Those that were sent something stand before the newest ones.
    const strips = page.getByRole('region', { name: `12 of ${many} endpoints` }).getByRole('listitem');
    expect((await strips.allTextContents()).slice(0, 2).join()).toContain('Accounting');

    await page.goto(at('/endpoints'));
    await page.getByRole('searchbox', { name: 'Find an endpoint' }).fill('accOUNT');
    await page.getByText(`1 of ${many}`).waitFor();
    await page.getByRole('main').getByRole('link', { name: 'Accounting' }).waitFor();
    await page.reload();
    await page.getByText(`1 of ${many}`).waitFor();

    await page.goto(at('/deliveries'));
    const entries = button(page, /crm\.account\.create/);
    await until('two deliveries', async () => (await entries.count()) === 2);
    await choose(page, 'Endpoint', 'accounting', /^Accounting/);
    await until('one is left', async () => (await entries.count()) === 1);
    expect(await entries.textContent()).toContain('Accounting');
    expect(new URL(page.url()).searchParams.get('endpoint')).toMatch(/^ep_/);
    // The address is enough to see the same again.
    await page.reload();
    await until('one is there', async () => (await entries.count()) === 1);
    expect(await page.getByRole('combobox', { name: 'Endpoint' }).inputValue()).toBe('Accounting');
    await page.getByRole('combobox', { name: 'Event type' }).fill('crm.account.delete');
    await page.getByText('No such deliveries').waitFor();
    await button(page, 'Show all').click();
    await until('both are back', async () => (await entries.count()) === 2);
    expect(page.url()).toBe(at('/deliveries'));
    expect(await page.getByRole('combobox', { name: 'Event type' }).inputValue()).toBe('');
    await page.getByRole('combobox', { name: 'Made within' }).click();
    await page.getByRole('option', { name: 'The last hour' }).click();
    await until('both are young', async () => (await entries.count()) === 2);
  });

  it('shows the next meeting, however many were planned after it', async () => {
    const me = (await story.organization.call('GET', '/v1/members')).data[0].id;
    const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
    await make('/v1/meetings', (number) => ({
      title: number === 1 ? 'The very next' : `Meeting ${number}`,
      starts_at: inHours(number === 1 ? 1 : 100 + number),
      members: [me],
    }));
    const page = await openSignedIn();
    await page.goto(at('/notifications'));
    const ahead = page.getByRole('region', { name: 'Meetings to come' }).getByRole('listitem');
    await ahead.first().waitFor();
    expect(await ahead.first().textContent()).toContain('The very next');
  });

  it('lets every member be chosen, found by name or address', async () => {
    const app = await makeApp('Newsletter');
    await make('/v1/members', (number) => ({
      email: number === 1 ? 'ada@example.org' : `member-${number}@example.com`,
      name: number === 1 ? 'Ada' : `Member ${number}`,
      role: 'admin',
    }));
    const page = await openSignedIn();
    await page.goto(at(`/developer-hub/${app}`));
    await heading(page, 'Newsletter').waitFor();
    await page.getByRole('tab', { name: 'Installation' }).click();
    await button(page, 'Issue a token').click();
    await choose(page, 'For whom it acts', 'ada@', /^Ada/);
    await button(page, 'Issue it').click();
    await button(page, 'I have kept it').click();
    await page.getByText('Acts for Ada').waitFor();
  });
});
