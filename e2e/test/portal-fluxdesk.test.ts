/** FluxDesk in the portal: members' own webhooks, the inbox, and the organization's integrations. */
import type { Page } from 'playwright-core';
import { beforeEach, expect, it } from 'vitest';
import { isSigned, type Received } from '../src/inbox.ts';
import { describePortal, flawsOf, looks } from '../src/portal-story.ts';

describePortal('FluxDesk in the portal', { preset: 'fluxdesk' }, (story) => {
  const { at } = story;
  let mia: string;
  let tom: string;
  beforeEach(async () => {
    story.inbox.answer = () => 204;
    mia = await story.organization.addMember({
      email: 'mia@example.com',
      name: 'Mia Member',
      role: 'member',
    });
    tom = await story.organization.addMember({
      email: 'tom@example.com',
      name: 'Tom Member',
      role: 'member',
    });
  });

  const open = (email: string) => story.openSignedIn({ email });
  const notify = (members: readonly string[], more: object) =>
    story.organization.call('POST', '/v1/notifications', {
      to: { members },
      type: 'task_assigned',
      title: 'Renew the certificate',
      ...more,
    });
  const card = (page: Page, name: string) => page.getByRole('article', { name });

  /** By the form, as a person does; answers the secret that the page shows this once. */
  async function add(page: Page, name: string, path: string): Promise<string> {
    await page.getByRole('button', { name: 'Add webhook' }).first().click();
    const form = page.getByRole('dialog', { name: 'Add a webhook' });
    await form.getByLabel('URL').fill(`${story.inbox.url}${path}`);
    await form.getByLabel('Name').fill(name);
    await form.getByRole('button', { name: 'Add webhook' }).click();
    return keepSecret(page, `Signing secret of ${name}`);
  }

  async function keepSecret(page: Page, title: string): Promise<string> {
    const shown = page.getByRole('dialog', { name: title });
    const secret = (await shown.getByLabel('Secret', { exact: true }).textContent()) ?? '';
    expect(secret).toMatch(/^fdsec_[0-9a-f]{64}$/);
    await shown.getByRole('button', { name: 'I have kept it' }).click();
    await shown.waitFor({ state: 'hidden' });
    expect(await page.content()).not.toContain(secret);
    return secret;
  }

  it('lets a member keep webhooks of their own: secret once, test, log, rotation, deletion', async () => {
    const page = await open('mia@example.com');
    await page.getByRole('link', { name: 'Agent' }).click();
    await page.getByRole('heading', { name: 'Webhook', exact: true }).waitFor();
    await page.getByText('No webhooks yet').waitFor();
    await page.getByText("express.raw({ type: 'application/json' })").waitFor();
    const first = await add(page, 'Desk lamp', '/lamp');
    const lamp = card(page, 'Desk lamp');

    await notify([tom], { title: 'For Tom alone' });
    await notify([mia], { body: 'It ends on Friday.' });
    const received = await story.inbox.arrival(1, '/lamp');
    expect(JSON.parse(received.body.toString())).toMatchObject({
      version: 1,
      type: 'task_assigned',
      title: 'Renew the certificate',
    });
    expect(received.headers['x-fluxdesk-event-type']).toBe('task_assigned');
    expect(verifies(received, first)).toBe(true);

    await lamp.getByRole('button', { name: 'Send a test' }).click();
    await page.getByRole('dialog', { name: 'The test arrived' }).getByText('HTTP 204').first().waitFor();
    await page.keyboard.press('Escape');
    await lamp.getByRole('button', { name: 'Log' }).click();
    await lamp.getByRole('button', { name: /webhook\.test/ }).waitFor();
    await lamp.getByRole('button', { name: /task_assigned/ }).click();
    await lamp.getByText('It ends on Friday.').waitFor();

    await lamp.getByRole('button', { name: 'Rotate secret' }).click();
    await page.getByRole('button', { name: 'Make a new one' }).click();
    const second = await keepSecret(page, 'New signing secret of Desk lamp');
    await notify([mia], { title: 'Again' });
    const later = await story.inbox.arrival(3, '/lamp');
    expect([verifies(later, first), verifies(later, second)]).toEqual([false, true]);

    await lamp.getByRole('button', { name: 'Change' }).click();
    await page.getByRole('dialog', { name: 'Change Desk lamp' }).getByLabel('Name').fill('Floor lamp');
    await page.getByRole('button', { name: 'Save' }).click();
    await card(page, 'Floor lamp').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('What waits for it is cancelled').waitFor();
    await page.getByRole('button', { name: 'Delete it' }).click();
    await page.getByText('No webhooks yet').waitFor();
    expect(story.inbox.requests.filter(({ path }) => path === '/lamp').length).toBe(3);
  });

  it('keeps showing the secret of the first one, which the empty list had asked for', async () => {
    const page = await open('mia@example.com');
    await page.goto(at('/me/agent'));
    await page.getByText('No webhooks yet').waitFor();
    await page.getByRole('button', { name: 'Add webhook' }).last().click();
    const form = page.getByRole('dialog', { name: 'Add a webhook' });
    await form.getByLabel('URL').fill(`${story.inbox.url}/first`);
    await form.getByLabel('Name').fill('First');
    await form.getByRole('button', { name: 'Add webhook' }).click();
    await card(page, 'First').waitFor({ state: 'attached' });
    await keepSecret(page, 'Signing secret of First');

    const { id } = (await story.organization.call('GET', '/v1/endpoints')).data[0];
    const owner = await story.openSignedIn();
    await owner.goto(at(`/endpoints/${id}`));
    await owner.getByText('This webhook belongs to Mia Member').waitFor();
    expect(await owner.getByRole('button', { name: 'Rotate secret' }).count()).toBe(0);
    await owner.getByRole('button', { name: 'Change' }).click();
    const change = owner.getByRole('dialog', { name: /^Change/ });
    for (const field of ['URL', 'Events', 'Contract', 'Header'])
      expect(await change.getByLabel(field).count()).toBe(0);
    await change.getByLabel('Deliveries a second at most').fill('5');
    await change.getByRole('button', { name: 'Save' }).click();
    await owner.getByText('5 deliveries a second').waitFor();
    await page.goto(at('/endpoints'));
    await page.getByRole('heading', { name: 'Your role does not reach this page' }).waitFor();
  });

  it('says why a webhook was disabled, and how it goes on', async () => {
    const page = await open('mia@example.com');
    await page.goto(at('/me/agent'));
    await add(page, 'Desk lamp', '/broken');
    story.inbox.answer = () => 500;
    for (let number = 1; number <= 10; number += 1) await notify([mia], { title: `Request ${number}` });
    const lamp = card(page, 'Desk lamp');
    await lamp.getByText('Disabled automatically').waitFor({ timeout: 30_000 });
    await lamp.getByText('The reason: 10 consecutive failures.').waitFor();
    story.inbox.answer = () => 204;
    const waiting = story.inbox.requests.length;
    await lamp.getByRole('button', { name: 'Enable again' }).click();
    await lamp.getByRole('button', { name: 'Disable' }).waitFor();
    await story.inbox.arrival(waiting + 1, '/broken');
    await page.goto(at('/notifications'));
    await page.getByRole('heading', { name: 'Your webhook Desk lamp was disabled' }).waitFor();
    await page.goto(at('/me/agent'));
    await lamp.getByRole('button', { name: 'Disable' }).click();
    await page.getByRole('button', { name: 'Disable it' }).click();
    await lamp.getByText('Disabled by hand').waitFor();
  });

  it('shows the inbox of its member and nobody else’s, counts it, and marks it read', async () => {
    await notify([tom], { title: 'For Tom alone' });
    await notify([mia], {
      title: '<b>Renew</b> the certificate',
      url: 'https://desk.example.com/requests/12',
    });
    await notify([mia], { type: 'blocker', title: 'The registrar does not answer' });
    const starts = new Date(Date.now() + 7_200_000).toISOString();
    await story.organization.call('POST', '/v1/meetings', {
      title: 'Stand-up',
      starts_at: starts,
      members: [mia, tom],
    });
    const page = await open('mia@example.com');
    const link = page.getByRole('link', { name: /^Notifications/ });
    await link.getByText('2').waitFor();
    await link.click();
    await page.getByRole('status').filter({ hasText: '2 unread' }).waitFor();
    await page.getByRole('heading', { name: '<b>Renew</b> the certificate' }).waitFor();
    expect(await page.getByText('For Tom alone').count()).toBe(0);
    await page.getByRole('region', { name: 'Meetings to come' }).getByText('Stand-up').waitFor();

    const lead = page.getByRole('link', { name: 'Open at desk.example.com' });
    expect(await lead.getAttribute('rel')).toBe('noopener noreferrer');
    expect(await lead.getAttribute('href')).toBe('https://desk.example.com/requests/12');
    await page.getByRole('button', { name: 'Mark as read: The registrar does not answer' }).click();
    await page.getByRole('status').filter({ hasText: '1 unread' }).waitFor();
    await page.getByText('Unread', { exact: true }).click();
    await page.getByRole('heading', { name: 'The registrar does not answer' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Mark all as read' }).click();
    await page.getByText('Nothing unread').waitFor();
    await link.getByText('unread').waitFor({ state: 'detached' });

    // Published while the page is open: it shows up by itself.
    await notify([mia], { title: 'And one more thing' });
    await page.getByRole('heading', { name: 'And one more thing' }).waitFor();
  });

  it('makes a link of nothing that would do more than load a page', async () => {
    const urls = [
      'javascript:alert(1)',
      'data:text/html,<script>alert(1)</script>',
      'https://a:b@example.com/',
    ];
    const page = await open('mia@example.com');
    await page.route('**/v1/me/notifications?*', (route) =>
      route.fulfill({
        json: {
          next_cursor: null,
          data: urls.map((url, number) => ({
            id: `inb_${number}`,
            notification_id: `ntf_${number}`,
            type: 'system',
            title: `Number ${number}`,
            body: null,
            url,
            read_at: null,
            created_at: new Date().toISOString(),
            data: null,
          })),
        },
      }),
    );
    await page.goto(at('/notifications'));
    for (const url of urls) await page.getByText(url, { exact: true }).waitFor();
    expect(await page.getByRole('main').getByRole('link').count()).toBe(0);
  });

  it('keeps integrations to those who look after them, and tells the others why', async () => {
    await story.organization.addMember({ email: 'hana@example.com', name: 'Hana', role: 'hr_admin' });
    const hana = await open('hana@example.com');
    await hana.getByRole('link', { name: 'Integrations' }).click();
    await hana.getByText('No webhooks yet').waitFor();
    await hana.getByRole('button', { name: 'Add webhook' }).first().click();
    const form = hana.getByRole('dialog', { name: 'Add a webhook' });
    await form.getByLabel('URL').fill(`${story.inbox.url}/all`);
    await form.getByLabel('Name').fill('Archive');
    await form.getByRole('button', { name: 'Choose none' }).click();
    await form.getByRole('button', { name: 'Add webhook' }).click();
    await form.getByText('Choose at least one type.').waitFor();
    await form.getByLabel('team_support.approved').check();
    await form.getByRole('button', { name: 'Add webhook' }).click();
    const secret = await keepSecret(hana, 'Signing secret of Archive');
    await notify([tom], { title: 'Not of its types' });
    await notify([mia], { type: 'team_support.approved', title: 'Granted' });
    const received = await story.inbox.arrival(1, '/all');
    expect(verifies(received, secret)).toBe(true);
    expect(JSON.parse(received.body.toString())).toMatchObject({ title: 'Granted' });

    const page = await open('mia@example.com');
    expect(await page.getByRole('link', { name: 'Integrations' }).count()).toBe(0);
    await page.goto(at('/admin/integrations'));
    await page.getByRole('heading', { name: 'Your role does not reach this page' }).waitFor();
    await page.getByText('integrations:read').waitFor();
    expect(await page.getByRole('button', { name: 'Add webhook' }).count()).toBe(0);
    // Nor is another member's own row among hers.
    const other = await open('tom@example.com');
    await other.goto(at('/me/agent'));
    await add(other, 'Tom’s bot', '/tom');
    await page.getByRole('link', { name: 'Agent' }).first().click();
    await page.getByText('No webhooks yet').waitFor();
  });

  it.each(looks)('has nothing that axe objects to: $colorScheme, $width px wide', async (appearance) => {
    await story.organization.addMember({ email: 'hana@example.com', name: 'Hana', role: 'hr_admin' });
    const page = await story.openSignedIn({ email: 'hana@example.com', ...appearance });
    const look = async (name: string) => expect(await flawsOf(page, `fluxdesk ${name}`)).toEqual([]);
    await page.goto(at('/me/agent'));
    await add(page, 'Desk lamp', '/lamp');
    story.inbox.answer = () => 500;
    const bot = `/bot-${appearance.colorScheme}-${appearance.width}`;
    await add(page, 'Bot', bot);
    await story.organization.call('POST', '/v1/notifications', {
      to: { everyone: true },
      type: 'review',
      title: 'The offer for the third floor waits for your review',
      body: 'Two pages; the figures are in the appendix.',
      url: 'https://desk.example.com/requests/12',
    });
    await story.inbox.arrival(1, bot);
    await page.goto(at('/me/agent'));
    await page.getByText('It does not get through').first().waitFor();
    await card(page, 'Bot').getByRole('button', { name: 'Disable' }).click();
    await page.getByRole('button', { name: 'Disable it' }).click();
    await card(page, 'Bot').getByText('Disabled by hand').waitFor();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await card(page, 'Desk lamp').getByRole('button', { name: 'Log' }).click();
    await card(page, 'Desk lamp')
      .getByRole('button', { name: /review/ })
      .waitFor();
    await look('agent');
    await page.goto(at('/admin/integrations'));
    await page.getByRole('button', { name: 'Add webhook' }).first().click();
    await page.getByText('8 of 8 chosen').waitFor();
    await look('form');
    await page.goto(at('/notifications'));
    await page.getByRole('heading', { name: /third floor/ }).waitFor();
    await page.getByRole('status').filter({ hasText: '1 unread' }).waitFor();
    await look('notifications');
  });
});

/** The receiver's check, as FluxDesk's document tells it. */
function verifies(received: Received, secret: string): boolean {
  return isSigned(received, { header: 'x-fluxdesk-signature', scheme: 'v1=', secret });
}
