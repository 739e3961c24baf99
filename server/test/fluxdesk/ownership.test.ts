import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../support/databases.ts';
import { type Desk, openDesk, type Person } from './setting.ts';

/** What a family of routes offers for one webhook. */
const uses = [
  ['GET', ''],
  ['PATCH', '', { name: 'x' }],
  ['PATCH', '', { url: 'https://example.com/elsewhere' }],
  ['DELETE', ''],
  ['POST', '/rotate-secret'],
  ['POST', '/test'],
  ['POST', '/enable'],
  ['POST', '/disable'],
  ['GET', '/stats'],
  ['GET', '/deliveries'],
] as const;

describeOnEachDatabase('webhooks that belong to somebody else', (kind) => {
  let desk: Desk;
  let ann: Person;
  let hal: Person;
  let mine: { id: string; secret: string };
  let theApps: { id: string; token: string; installation: string };
  let everybodys: string;
  beforeEach(async () => {
    desk = await openDesk(kind, '2026-03-25T12:00:00Z');
    ann = await desk.member('ann');
    hal = await desk.member('hal', 'hr_admin');
    mine = await desk.webhook(ann, '/ann');
    const rows = await desk.call('POST', '/v1/integrations', { url: `${desk.receiver.url}/all` }, hal);
    everybodys = rows.body.id;
    theApps = await installApp();
  });
  afterEach(() => desk.close());

  async function installApp() {
    await desk.call('PUT', '/v1/record-types/crm/account', {});
    const { body: app } = await desk.call('POST', '/v1/apps', { name: 'Sync' });
    const account = { module: 'crm', model: 'account' };
    const webhook = { ...account, actions: ['create'], url: `${desk.receiver.url}/app` };
    const scopes = [{ ...account, access: 'write' }];
    const manifest = { version: '1.0.0', scopes, webhooks: [webhook] };
    await desk.call('POST', `/v1/apps/${app.id}/versions`, manifest);
    const request = { version: '1.0.0', consent: true, member_id: null };
    const { body } = await desk.call('POST', `/v1/apps/${app.id}/installations`, request);
    return { id: body.webhooks[0].endpoint_id, token: body.token.secret, installation: body.id };
  }

  const key = async (...scopes: string[]): Promise<string> =>
    (await desk.call('POST', '/v1/keys', { name: 'k', scopes })).body.secret;
  const row = async (id: string) => (await desk.call('GET', `/v1/endpoints/${id}`)).body;
  const statuses = async (base: string, as: Person | string) => {
    const found = [];
    for (const [method, suffix, body] of uses)
      found.push((await desk.call(method, `${base}${suffix}`, body, as)).status);
    return found;
  };
  const absent = uses.map(() => 404);

  it('are not there on the routes of members and of integrations, and stay what they are', async () => {
    const before = [await row(mine.id), await row(theApps.id), await row(everybodys)];
    const admin = await desk.member('ada', 'admin');
    for (const id of [theApps.id, everybodys])
      for (const person of [ann, admin])
        expect(await statuses(`/v1/me/webhooks/${id}`, person)).toEqual(absent);
    const integrations = await key('integrations:*');
    for (const id of [theApps.id, mine.id])
      for (const as of [hal, admin, integrations])
        expect(await statuses(`/v1/integrations/${id}`, as)).toEqual(absent);
    const listed = await desk.call('GET', '/v1/integrations', undefined, admin);
    expect(listed.body.data.map(({ id }: { id: string }) => id)).toEqual([everybodys]);
    expect([await row(mine.id), await row(theApps.id), await row(everybodys)]).toEqual(before);
    expect(desk.receiver.requests).toEqual([]);
  });

  it('are nothing to an app’s token, its own neither, on any of these routes', async () => {
    for (const id of [mine.id, theApps.id, everybodys])
      for (const base of ['/v1/me/webhooks', '/v1/integrations', '/v1/endpoints'])
        for (const status of await statuses(`${base}/${id}`, theApps.token))
          expect([403, 404]).toContain(status);
    for (const path of ['/v1/endpoints', '/v1/integrations', '/v1/me/webhooks', '/v1/deliveries'])
      expect((await desk.call('GET', path, undefined, theApps.token)).status).toBe(403);
    const mistaken = `/v1/endpoints?installation_id=${ann.id}`;
    expect((await desk.call('GET', mistaken)).status).toBe(422);
    const { body } = await desk.call('GET', `/v1/endpoints?installation_id=${theApps.installation}`);
    expect(body.data.map(({ id }: { id: string }) => id)).toEqual([theApps.id]);
    expect(desk.receiver.requests).toEqual([]);
  });

  it('of a member are not led elsewhere by administrators, who may stop them', async () => {
    const operator = await key('endpoints:*');
    const path = `/v1/endpoints/${mine.id}`;
    const before = await row(mine.id);
    const changes = [
      { url: `${desk.receiver.url}/elsewhere` },
      { events: ['system'] },
      { contract: 'standard' },
      { headers: { 'x-token': 'theirs' } },
      { name: 'x', url: `${desk.receiver.url}/elsewhere` },
    ];
    for (const change of changes)
      expect((await desk.call('PATCH', path, change, operator)).body).toMatchObject({
        status: 409,
        code: 'conflict',
        detail: expect.stringContaining('belongs to a member'),
      });
    const rotation = await desk.call('POST', `${path}/rotate-secret`, undefined, operator);
    expect([rotation.status, rotation.body.code]).toEqual([409, 'conflict']);
    expect(rotation.text).not.toContain('fdsec_');
    expect(await row(mine.id)).toEqual(before);

    expect(
      (await desk.call('PATCH', path, { rate_limit: 5, metadata: { seen: 'yes' } }, operator)).status,
    ).toBe(200);
    expect((await desk.call('POST', `${path}/disable`, undefined, operator)).body.enabled).toBe(false);
    expect((await desk.call('POST', `/v1/me/webhooks/${mine.id}/enable`, undefined, ann)).body.enabled).toBe(
      true,
    );
    expect((await desk.call('DELETE', path, undefined, operator)).status).toBe(204);
    expect((await desk.call('GET', '/v1/me/webhooks', undefined, ann)).body.data).toEqual([]);
  });
});
