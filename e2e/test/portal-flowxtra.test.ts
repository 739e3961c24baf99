/** Flowxtra's Plugins → Webhooks → Logs, as the people of a company meet it. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accessibilityProblems, launchBrowser } from '../src/browser.ts';
import {
  makePortalOrganization,
  openPortal,
  type PortalOrganization,
  signInByLink,
  type Watched,
} from '../src/portal.ts';
import { type Service, startService } from '../src/service.ts';
import { until } from '../src/waiting.ts';
import { type Inbox, openInbox, type Received } from './systems/inbox.ts';

const applicant = {
  candidate_job_id: 42,
  job_id: 7,
  email: 'jane@example.com',
  first_name: 'Jane',
  last_name: 'Doe',
  stage_id: 1,
};
const job = (id: number) => ({ job_id: id, title: 'Engineer', status: 'closed' });

describe.skipIf(process.env.SLUICE_TEST_CHROMIUM === undefined)(
  'Flowxtra in the portal',
  { timeout: 90_000 },
  () => {
    let folder: string;
    let service: Service;
    let browser: Browser;
    let inbox: Inbox;
    let acme: PortalOrganization;
    const opened: Watched[] = [];

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sluice-flowxtra-'));
      [service, browser, inbox] = await Promise.all([
        startService({ dataDir: folder }),
        launchBrowser(),
        openInbox(),
      ]);
    }, 120_000);
    afterAll(async () => {
      await browser?.close();
      await service?.kill();
      await inbox?.close();
      await rm(folder, { recursive: true, force: true });
    });
    beforeEach(async () => {
      inbox.answer = () => 200;
      acme = await makePortalOrganization(service, { preset: 'flowxtra' });
    });
    afterEach(async () => {
      const complaints = opened.flatMap((one) => one.complaints);
      await Promise.all(opened.splice(0).map(({ context }) => context.close()));
      expect(complaints).toEqual([]);
    });

    async function open(options?: Parameters<typeof openPortal>[1], email?: string): Promise<Page> {
      const watched = await openPortal(browser, options);
      opened.push(watched);
      await signInByLink(watched.page, acme, email);
      return watched.page;
    }

    const at = (path: string) => `${service.address}${path}`;
    const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });
    const plugin = (path: string) => `/api/plugins/webhooks${path}?subdomain=${acme.slug}`;
    const publish = (type: string, data: object) => acme.call('POST', '/v1/events', { type, data });

    async function addByApi(name: string, path: string, events: readonly string[]): Promise<number> {
      const { data } = await acme.call('POST', plugin(''), { name, url: `${inbox.url}${path}`, events });
      return data.id;
    }

    it('adds a webhook whose secret it shows once, delivers, tests and logs', async () => {
      const page = await open();
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
      expect((await acme.call('GET', plugin(''))).data).toEqual([]);
      await form.getByLabel('URL').fill(`${inbox.url}/ats`);
      await form.getByRole('button', { name: 'Add webhook' }).click();

      const shown = page.getByRole('dialog', { name: 'Signing secret of Applicant tracking' });
      const secret = (await shown.getByLabel('Secret', { exact: true }).textContent()) ?? '';
      expect(secret).toMatch(/^[0-9a-f]{64}$/);
      await shown.getByRole('button', { name: 'I have kept it' }).click();
      await page.getByRole('link', { name: 'Applicant tracking' }).click();
      await page.getByText(`...${secret.slice(-6)}`).waitFor();
      expect(await page.content()).not.toContain(secret);

      await publish('application.created', applicant);
      const received = await inbox.arrival(1, '/ats');
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
      expect(verifies(await inbox.arrival(2, '/ats'), secret)).toBe(true);
      await outcome.getByRole('button', { name: 'Done' }).click();
      inbox.answer = () => 503;
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
    });

    it('edits, switches off and on again, and deletes with its consequences told', async () => {
      const id = await addByApi('Board', '/board', ['job.published']);
      const page = await open();
      await page.goto(at(`/plugins/webhooks/${id}`));
      await page.getByRole('button', { name: 'Edit' }).click();
      const form = page.getByRole('dialog', { name: 'Edit Board' });
      await form.getByLabel('Name').fill('Job board');
      await form.getByLabel('job.closed').check();
      await form.getByLabel('job.published').uncheck();
      await form.getByRole('button', { name: 'Save' }).click();
      await heading(page, 'Job board').waitFor();
      const read = async () => (await acme.call('GET', plugin(`/${id}`))).data;
      expect(await read()).toMatchObject({ name: 'Job board', events: ['job.closed'], status: true });

      const active = page.getByRole('switch', { name: 'Active for Job board' });
      await active.press('Space');
      await page.getByText('While it is off nothing is sent.').waitFor();
      expect(await read()).toMatchObject({ status: false });
      await publish('job.closed', job(1));
      await active.press('Space');
      await until('it is on again', async () => (await read()).status);
      await publish('job.closed', job(2));
      await inbox.arrival(1, '/board');
      const bodies = inbox.requests
        .filter(({ path }) => path === '/board')
        .map(({ body }) => body.toString());
      expect(bodies.map((body) => JSON.parse(body).data.job_id)).toEqual([2]);

      await page.getByRole('button', { name: 'Delete' }).click();
      const question = page.getByRole('dialog', { name: 'Delete Job board?' });
      await question.getByText('Its logs go with it').waitFor();
      await question.getByRole('button', { name: 'Delete it' }).click();
      await page.getByText('No webhooks yet').waitFor();
      expect(page.url()).toBe(at('/plugins/webhooks'));
      expect((await acme.call('GET', plugin(''))).data).toEqual([]);
      await page.goto(at(`/plugins/webhooks/${id}`));
      await page.getByText('No such webhook.').waitFor();
    });

    it('turns the pages of the logs, and shows hostile names as text', async () => {
      const name = '<img src=x onerror=alert(1)>';
      const id = await addByApi(name, '/many', ['job.closed']);
      for (let number = 1; number <= 23; number += 1) await publish('job.closed', job(number));
      await inbox.arrival(23, '/many');
      const page = await open();
      await page.goto(at('/plugins/webhooks'));
      await page.getByRole('link', { name }).waitFor();
      await page.getByRole('link', { name: 'Logs' }).click();
      await heading(page, `Logs of ${name}`).waitFor();
      await page.getByText('1 to 20 of 23 entries').waitFor();
      await page.getByRole('button', { name: 'Next page' }).click();
      await page.getByText('21 to 23 of 23 entries').waitFor();
      expect(page.url()).toBe(at(`/plugins/webhooks/${id}/logs`));
      expect(await page.locator('img[src="x"]').count()).toBe(0);
    });

    it('tells a member without the right why, and takes a session for its own company alone', async () => {
      const id = await addByApi('Board', '/board', ['job.published']);
      await acme.addMember({ email: 'mia@example.com', name: 'Mia', role: 'member' });
      const other = await makePortalOrganization(service, { preset: 'flowxtra' });
      const mia = await open({}, 'mia@example.com');
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
      const olga = await open();
      expect(await statusFor(olga, plugin(''))).toBe(200);
      expect(await statusFor(olga, `/api/plugins/webhooks?subdomain=${other.slug}`)).toBe(403);
      await olga.context().clearCookies();
      expect(await statusFor(olga, plugin(''))).toBe(401);
    });

    it.each([
      ['light', 1280],
      ['dark', 1280],
      ['light', 390],
      ['dark', 390],
    ] as const)('has nothing that axe objects to: %s, %i px wide', async (colorScheme, width) => {
      inbox.answer = ({ headers }) => (headers['x-flowxtra-event'] === 'job.closed' ? 500 : 204);
      const id = await addByApi('Applicant tracking', '/ats', ['application.created', 'job.closed']);
      const off = await addByApi('Old board', '/old', ['job.published']);
      await acme.call('PUT', plugin(`/${off}`), { status: false });
      await publish('application.created', applicant);
      await publish('job.closed', job(1));
      await until(
        'both are logged',
        async () => (await acme.call('GET', plugin(`/${id}`))).data.logs.length === 2,
      );
      const page = await open({ colorScheme, width });
      const look = async (name: string) => {
        const shots = process.env.SLUICE_TEST_SCREENSHOTS;
        if (shots !== undefined)
          await page.screenshot({
            path: join(shots, `flowxtra-${name}-${colorScheme}-${width}.png`),
            fullPage: true,
            animations: 'disabled',
          });
        expect(await accessibilityProblems(page)).toEqual([]);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(wide).toBeLessThanOrEqual(0);
      };
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
      await page.getByRole('button', { expanded: false }).filter({ hasText: 'job.closed' }).click();
      await page.getByText('Tried again after 10 seconds.').waitFor();
      await look('logs');
    });
  },
);

/** The receiver's check, as Flowxtra's document tells it. */
function verifies({ headers, body }: Received, secret: string): boolean {
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  const claimed = Buffer.from(String(headers['x-flowxtra-signature'] ?? ''));
  return claimed.length === expected.length && timingSafeEqual(claimed, expected);
}
