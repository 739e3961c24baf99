/** The receivers that the portal shows: run as they are shown, they take what is sent and nothing else. */
import { randomBytes } from 'node:crypto';
import { getContract } from '@sluice/contracts';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { createApi } from '../src/api.ts';
import { probesOf } from '../src/forgeries.ts';
import { makeFolder } from '../src/places.ts';
import { describePortal } from '../src/portal-story.ts';
import { type RunningSample, runSample } from '../src/shown-sample.ts';
import { until } from '../src/waiting.ts';

async function textOn(page: Page): Promise<string> {
  const text = await page.getByRole('group', { name: 'Sample for Node and Express' }).textContent();
  await page.getByRole('button', { name: 'Copy the sample' }).waitFor();
  return text ?? '';
}

/** Runs a sample with a new secret for as long as it is used. */
async function withSample(
  text: string,
  { contract: name, path, secretName }: { contract: string; path: string; secretName: string },
  use: (sample: RunningSample, secret: string) => Promise<void>,
): Promise<void> {
  const contract = getContract(name);
  if (!contract) throw new Error(`No contract ${name}.`);
  const newSecret = () => contract.secret.format(randomBytes(contract.secret.randomBytes));
  const [secret, other] = [newSecret(), newSecret()];
  const { dataDir: folder, remove } = await makeFolder();
  const sample = await runSample(text, { folder, path, environment: { [secretName]: secret } });
  try {
    await use(sample, secret);
    const { genuine, forged } = probesOf(contract, secret, other);
    const json = { 'Content-Type': 'application/json' };
    for (const { name, headers, body } of genuine)
      expect([name, await sample.send({ ...json, ...headers }, body)]).toEqual([name, 204]);
    const taken: [string, number][] = [];
    for (const { name, headers, body } of forged) {
      const status = await sample.send({ ...json, ...headers }, body);
      if (status !== 401) taken.push([name, status]);
    }
    expect(taken).toEqual([]);
    const [first] = genuine;
    for (const type of ['text/plain', 'application/x-www-form-urlencoded'])
      if (first) expect(await sample.send({ ...first.headers, 'Content-Type': type }, first.body)).toBe(401);
  } finally {
    await sample.stop();
    await remove();
  }
}

const fluxdesk = { contract: 'fluxdesk', path: '/fluxdesk', secretName: 'FLUXDESK_SECRET' };
const flowxtra = { contract: 'flowxtra', path: '/webhooks/flowxtra', secretName: 'FLOWXTRA_SECRET' };

describePortal('the receiver that FluxDesk’s pages show', { preset: 'fluxdesk' }, (story) => {
  it('takes what is delivered, and no forgery', async () => {
    const mia = await story.organization.addMember({ email: 'mia@example.com', name: 'Mia', role: 'admin' });
    const page = await story.openSignedIn({ email: 'mia@example.com' });
    await page.goto(story.at('/me/agent'));
    const text = await textOn(page);
    await page.goto(story.at('/admin/integrations'));
    expect(await textOn(page)).toBe(text);
    await withSample(text, fluxdesk, async (sample, secret) => {
      const { call } = story.organization;
      const token = await call('POST', `/v1/members/${mia}/tokens`, { name: 'own' });
      const own = createApi(() => story.at(''), token.secret);
      const url = `http://127.0.0.1:${sample.port}${fluxdesk.path}`;
      const added = await own.post<{ id: string }>('/v1/me/webhooks', { url, secret });
      await call('POST', '/v1/notifications', {
        to: { members: [mia] },
        type: 'blocker',
        title: 'The registrar ☕ does not answer',
        data: { n: 1 },
      });
      await until('the sample prints what came', () =>
        sample.lines.includes('blocker The registrar ☕ does not answer'),
      );
      expect(await own.post(`/v1/me/webhooks/${added.id}/test`)).toMatchObject({
        outcome: 'delivered',
        response: { status: 204 },
      });
    });
  });
});

describePortal('the receiver that Flowxtra’s pages show', { preset: 'flowxtra' }, (story) => {
  it('takes what is delivered, and no forgery', async () => {
    const { call, slug } = story.organization;
    const plugin = (path: string) => `/api/plugins/webhooks${path}?subdomain=${slug}`;
    const webhook = { name: 'ATS', url: `${story.inbox.url}/ats`, events: ['job.closed'] };
    await call('POST', plugin(''), webhook);
    const page = await story.openSignedIn();
    await page.goto(story.at('/plugins/webhooks'));
    await page.getByRole('link', { name: 'ATS' }).click();
    const text = await textOn(page);
    await withSample(text, flowxtra, async (sample, secret) => {
      const url = `http://127.0.0.1:${sample.port}${flowxtra.path}`;
      const endpoint = { url, events: ['*'], contract: 'flowxtra', secret };
      const { id } = await call('POST', '/v1/endpoints', endpoint);
      expect(await call('POST', `/v1/endpoints/${id}/test`)).toMatchObject({
        outcome: 'delivered',
        response: { status: 204 },
      });
      await until('the sample prints what came', () => sample.lines.length > 1);
    });
  });
});
