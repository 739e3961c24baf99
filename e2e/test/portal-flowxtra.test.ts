/** Flowxtra's Plugins → Webhooks → Logs, as the people of a company meet it. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { isSigned, type Received } from '../src/inbox.ts';
import { describePortal, flawsOf, looks } from '../src/portal-story.ts';
import { until } from '../src/waiting.ts';

const applicant = {
  candidate_job_id: 42,
  job_id: 7,
  email: 'jane@example.com',
  first_name: 'Jane',
  last_name: 'Doe',
  stage_id: 1,
};
const job = (id: number) => ({ job_id: id, title: 'Engineer', status: 'closed' });

describePortal('Flowxtra in the portal', { preset: 'flowxtra' }, (story) => {
  const { at, heading, openSignedIn } = story;
  const plugin = (path: string) => `/api/plugins/webhooks${path}?subdomain=${story.organization.slug}`;
  const publish = (type: string, data: object) =>
    story.organization.call('POST', '/v1/events', { type, data });

  async function addByApi(name: string, path: string, events: readonly string[]): Promise<number> {
    const { data } = await story.organization.call('POST', plugin(''), {
      name,
      url: `${story.inbox.url}${path}`,
      events,
    });
    return data.id;
  }

  it('adds a webhook whose secret it shows once, delivers, tests and logs', async () => {
    const page = await openSignedIn();
    await page.getByRole('link', { name: 'Plugins → Webhooks' }).click();
    await heading(page, 'Webhooks').waitFor();
    await page.getByText('No webhooks yet').waitFor();

    await page.getByRole('button', { name: 'Add webhook' }).first().click();
    const form = page.getByRole('dialog', { name: 'Add a webhook' });
    await form.getByText('candidate_job_id, job_id, email, first_name, last_name, stage_id').waitFor();
    await form.getByLabel('Name').fill('Applicant tracking');
    await form.getByLabel('URL').fill('ftp://example.com/');
    await form.getByRole('button', { name: 'Add webhook' }).click();
    await form.getByText('Choose at least one event.').waitFor();
    await form.getByLabel('application.created').check();
    await form.getByLabel('application.hired').check();
    await form.getByText('2 of 7 chosen').waitFor();
    await form.getByRole('button', { name: 'Add webhook' }).click();
    await form.locator('input[type="url"][aria-invalid="true"]').waitFor();
    expect((await story.organization.call('GET', plugin(''))).data).toEqual([]);
    await form.getByLabel('URL').fill(`${story.inbox.url}/ats`);
    await form.getByRole('button', { name: 'Add webhook' }).click();

    const shown = page.getByRole('dialog', { name: 'Signing secret of Applicant tracking' });
    const secret = (await shown.getByLabel('Secret', { exact: true }).textContent()) ?? '';
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    await shown.getByRole('button', { name: 'I have kept it' }).click();
    await page.getByRole('link', { name: 'Applicant tracking' }).click();
    await page.getByText(`...${secret.slice(-6)}`).waitFor();
    expect(await page.content()).not.toContain(secret);

    await publish('application.created', applicant);
    const received = await story.inbox.arrival(1, '/ats');
    expect(verifies(received, secret)).toBe(true);
    expect(
      verifies(
        received,
        secret.replace(/^./, (first) => (first === '0' ? '1' : '0')),
      ),
    ).toBe(false);
    expect(JSON.parse(received.body.toString())).toMatchObject({
      event: 'application.created',
      data: applicant,
    });

    await page.getByRole('button', { name: 'Send a test' }).click();
    const outcome = page.getByRole('dialog', { name: 'The test arrived' });
    await outcome.getByText('Test webhook delivered successfully.').waitFor();
    await outcome.getByText('HTTP 200').waitFor();
    expect(verifies(await story.inbox.arrival(2, '/ats'), secret)).toBe(true);
    await outcome.getByRole('button', { name: 'Done' }).click();
    story.inbox.answer = () => 503;
    await page.getByRole('button', { name: 'Send a test' }).click();
    const refused = page.getByRole('dialog', { name: 'The test did not arrive' });
    await refused.getByText('The endpoint answered 503.').waitFor();
    await page.keyboard.press('Escape');

    await page.getByRole('link', { name: 'All logs' }).click();
    await heading(page, 'Logs of Applicant tracking').waitFor();
    await page.getByText('1 to 3 of 3 entries').waitFor();
    const entries = page.getByRole('listitem').filter({ has: page.locator('[aria-expanded]') });
    const [failed, , first] = [entries.nth(0), entries.nth(1), entries.nth(2)];
    expect(await failed.textContent()).toMatch(/Failed.*webhook\.test.*503.*1.*not delivered/s);
    expect(await first.textContent()).toMatch(/Delivered.*application\.created.*200.*1/s);
    await first.getByRole('button').press('Enter');
    await first.getByText('1 of at most 4').waitFor();
    const sent = received.body.toString();
    expect(await first.getByRole('group', { name: 'Request body' }).textContent()).toBe(sent);
    await first.getByText(`x-flowxtra-delivery: ${received.headers['x-flowxtra-delivery']}`).waitFor();
    await first.getByRole('tab', { name: 'Response' }).click();
    await first.getByText('HTTP 200', { exact: true }).waitFor();

    await page.getByRole('combobox', { name: 'Success' }).click();
    await page.getByRole('option', { name: 'Failed' }).click();
    await page.getByText('1 to 1 of 1 entry').waitFor();
    await page.getByRole('combobox', { name: 'Event' }).click();
    await page.getByRole('option', { name: 'application.hired' }).click();
    await page.getByText('No such logs').waitFor();
  });

  it('edits, switches off and on again, and deletes with its consequences told', async () => {
    const id = await addByApi('Board', '/board', ['job.published']);
    const page = await openSignedIn();
    await page.goto(at(`/plugins/webhooks/${id}`));
    await page.getByRole('button', { name: 'Change' }).click();
    const form = page.getByRole('dialog', { name: 'Change Board' });
    await form.getByLabel('Name').fill('Job board');
    await form.getByLabel('job.closed').check();
    await form.getByLabel('job.published').uncheck();
    await form.getByRole('button', { name: 'Save' }).click();
    await heading(page, 'Job board').waitFor();
    const read = async () => (await story.organization.call('GET', plugin(`/${id}`))).data;
    expect(await read()).toMatchObject({ name: 'Job board', events: ['job.closed'], status: true });

    const active = page.getByRole('switch', { name: 'Active for Job board' });
    await active.press('Space');
    await page.getByText('While it is off nothing is sent.').waitFor();
    expect(await read()).toMatchObject({ status: false });
    await publish('job.closed', job(1));
    await active.press('Space');
    await until('it is on again', async () => (await read()).status);
    await publish('job.closed', job(2));
    await story.inbox.arrival(1, '/board');
    const bodies = story.inbox.requests
      .filter(({ path }) => path === '/board')
      .map(({ body }) => body.toString());
    expect(bodies.map((body) => JSON.parse(body).data.job_id)).toEqual([2]);

    await page.getByRole('button', { name: 'Delete' }).click();
    const question = page.getByRole('dialog', { name: 'Delete Job board?' });
    await question.getByText('Its logs go with it').waitFor();
    await question.getByRole('button', { name: 'Delete it' }).click();
    await page.getByText('No webhooks yet').waitFor();
    expect(page.url()).toBe(at('/plugins/webhooks'));
    expect((await story.organization.call('GET', plugin(''))).data).toEqual([]);
    await page.goto(at(`/plugins/webhooks/${id}`));
    await page.getByText('No such webhook.').waitFor();
  });

  it('turns the pages of the logs, and shows hostile names as text', async () => {
    const name = '<img src=x onerror=alert(1)>';
    const id = await addByApi(name, '/many', ['job.closed']);
    for (let number = 1; number <= 23; number += 1) await publish('job.closed', job(number));
    await story.inbox.arrival(23, '/many');
    const page = await openSignedIn();
    await page.goto(at('/plugins/webhooks'));
    await page.getByRole('link', { name }).waitFor();
    await page.getByRole('link', { name: 'Logs' }).click();
    await heading(page, `Logs of ${name}`).waitFor();
    await page.getByText('1 to 20 of 23 entries').waitFor();
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.getByText('21 to 23 of 23 entries').waitFor();
    expect(page.url()).toBe(at(`/plugins/webhooks/${id}/logs?page=2`));
    expect(await page.locator('img[src="x"]').count()).toBe(0);
  });

  it('tells a member without the right why, and takes a session for its own company alone', async () => {
    const id = await addByApi('Board', '/board', ['job.published']);
    await story.organization.addMember({ email: 'mia@example.com', name: 'Mia', role: 'member' });
    const other = await story.addOrganization();
    const mia = await openSignedIn({ email: 'mia@example.com' });
    expect(await mia.getByRole('link', { name: 'Plugins → Webhooks' }).count()).toBe(0);
    for (const path of ['', `/${id}`, `/${id}/logs`]) {
      await mia.goto(at(`/plugins/webhooks${path}`));
      await mia.getByRole('heading', { name: 'Your role does not reach this page' }).waitFor();
      await mia.getByText('endpoints:read').waitFor();
    }
    expect(await mia.getByRole('button', { name: 'Add webhook' }).count()).toBe(0);
    const statusFor = (page: Page, path: string) =>
      page.evaluate(async (target) => (await fetch(target)).status, path);
    expect(await statusFor(mia, plugin(''))).toBe(403);
    const olga = await openSignedIn();
    expect(await statusFor(olga, plugin(''))).toBe(200);
    expect(await statusFor(olga, `/api/plugins/webhooks?subdomain=${other.slug}`)).toBe(403);
    await olga.context().clearCookies();
    expect(await statusFor(olga, plugin(''))).toBe(401);
  });

  it.each(looks)('has nothing that axe objects to: $colorScheme, $width px wide', async (appearance) => {
    story.inbox.answer = ({ headers }) => (headers['x-flowxtra-event'] === 'job.closed' ? 500 : 204);
    const id = await addByApi('Applicant tracking', '/ats', ['application.created', 'job.closed']);
    const off = await addByApi('Old board', '/old', ['job.published']);
    await story.organization.call('PUT', plugin(`/${off}`), { status: false });
    await publish('application.created', applicant);
    await publish('job.closed', job(1));
    await until(
      'both are logged',
      async () => (await story.organization.call('GET', plugin(`/${id}`))).data.logs.length === 2,
    );
    const page = await openSignedIn(appearance);
    const look = async (name: string) => expect(await flawsOf(page, `flowxtra ${name}`)).toEqual([]);
    await page.goto(at('/plugins/webhooks'));
    await page.getByRole('link', { name: 'Old board' }).waitFor();
    await look('list');
    await page.getByRole('button', { name: 'Add webhook' }).click();
    await page.getByText('0 of 7 chosen').waitFor();
    await look('form');
    await page.goto(at(`/plugins/webhooks/${id}`));
    await page.getByLabel('Sample for Node and Express').waitFor();
    await page.getByText('first_name').first().waitFor();
    await look('webhook');
    await page.goto(at(`/plugins/webhooks/${id}/logs`));
    // Its first attempt; on a slow machine there is a second one by now.
    await page.getByRole('button', { expanded: false }).filter({ hasText: 'job.closed' }).last().click();
    await page.getByText('The next attempt is due after 10 seconds.').waitFor();
    await look('logs');
  });
});

/** The story.inbox's check, as Flowxtra's document tells it. */
function verifies(received: Received, secret: string): boolean {
  return isSigned(received, { header: 'x-flowxtra-signature', scheme: 'sha256=', secret });
}
