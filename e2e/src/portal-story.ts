import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import { accessibilityProblems, launchBrowser } from './browser.ts';
import { type Inbox, openInbox } from './inbox.ts';
import { makeUsedFolder, type Place } from './places.ts';
import {
  makePortalOrganization,
  openPortal,
  type PortalOptions,
  type PortalOrganization,
  signInByLink,
  type Watched,
} from './portal.ts';
import { type Service, startService } from './service.ts';

/** What every story of the portal plays on. */
export interface PortalStory {
  /** A receiver outside; it answers 200 unless the test says otherwise. */
  readonly inbox: Inbox;
  /** An organization of the test's own, with Olga as its owner. */
  readonly organization: PortalOrganization;
  /** Another organization, for what must stay apart. */
  addOrganization(more?: { readonly name?: string }): Promise<PortalOrganization>;
  /** An address of the service. */
  at(path: string): string;
  /** A window of its own. The test fails when its page throws or complains. */
  open(options?: PortalOptions): Promise<Page>;
  /** A window in which somebody is signed in: the owner, or whoever has the address. */
  openSignedIn(options?: PortalOptions & { readonly email?: string }): Promise<Page>;
  heading(page: Page, name: string | RegExp): Locator;
  button(within: Page | Locator, name: string | RegExp): Locator;
}

interface StoryOptions {
  /** The product that the story's organizations adopted. */
  readonly preset?: string;
  readonly timeout?: number;
}

/**
 * A describe block with a service and a browser, which is left out where there is no browser.
 * @example describePortal('the portal', {}, (story) => it('…', async () => { const page = await story.openSignedIn(); … }))
 */
export function describePortal(
  name: string,
  { preset, timeout = 120_000 }: StoryOptions,
  tell: (story: PortalStory) => void,
): void {
  describe.skipIf(process.env.SLUICE_TEST_CHROMIUM === undefined)(name, { timeout }, () => {
    let place: Place;
    let service: Service;
    let browser: Browser;
    let inbox: Inbox;
    let organization: PortalOrganization;
    const opened: Watched[] = [];

    beforeAll(async () => {
      place = await makeUsedFolder();
      [service, browser, inbox] = await Promise.all([startService(place), launchBrowser(), openInbox()]);
    }, 120_000);
    afterAll(async () => {
      await browser?.close();
      await service?.kill();
      await inbox?.close();
      await place?.remove();
    });
    beforeEach(async () => {
      inbox.answer = () => 200;
      organization = await addOrganization();
    });
    afterEach(async () => {
      const complaints = opened.flatMap((one) => one.complaints);
      await Promise.all(opened.splice(0).map(({ context }) => context.close()));
      expect(complaints).toEqual([]);
    });

    const addOrganization: PortalStory['addOrganization'] = (more = {}) =>
      makePortalOrganization(service, { ...(preset !== undefined && { preset }), ...more });
    async function open(options?: PortalOptions): Promise<Page> {
      const watched = await openPortal(browser, options);
      opened.push(watched);
      return watched.page;
    }
    tell({
      get inbox() {
        return inbox;
      },
      get organization() {
        return organization;
      },
      addOrganization,
      at: (path) => `${service.address}${path}`,
      open,
      async openSignedIn({ email, ...options } = {}) {
        const page = await open(options);
        await signInByLink(page, organization, email);
        return page;
      },
      heading: (page, title) => page.getByRole('heading', { level: 1, name: title }),
      button: (within, label) =>
        within.getByRole('button', { name: label, exact: typeof label === 'string' }),
    });
  });
}

/** A desk and a phone, in both colour schemes: some parts are shown in one of them alone. */
export const looks = [
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 390, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
] as const;

/**
 * What is wrong with a page as it stands: what axe objects to, and whether it is wider than its window. Takes a picture
 * of it where SLUICE_TEST_SCREENSHOTS names a folder.
 */
export async function flawsOf(page: Page, what: string): Promise<string[]> {
  await page.getByLabel('Loading').first().waitFor({ state: 'detached' });
  const shots = process.env.SLUICE_TEST_SCREENSHOTS;
  if (shots !== undefined) {
    const { width } = page.viewportSize() ?? { width: 0 };
    const scheme = await page.evaluate(() => document.documentElement.dataset.mantineColorScheme);
    const path = join(shots, `${what.replaceAll(/\W+/g, '-')}-${scheme}-${width}.png`);
    await page.screenshot({ path, fullPage: true, animations: 'disabled' });
  }
  const problems = await accessibilityProblems(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  if (wide) problems.push('is wider than the window');
  return problems.map((problem) => `${what}: ${problem}`);
}
