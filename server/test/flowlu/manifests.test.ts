import { beforeEach, expect, it } from 'vitest';
import { describeFlowlu, type Scope, type Setting } from './setting.ts';

const order = { module: 'shop', model: 'order' } as const;
const path = '/v1/record-types/shop/order';

describeFlowlu('what a manifest names', (given) => {
  let setting: Setting;
  beforeEach(() => {
    setting = given();
  });

  const register = async (scopes: readonly Scope[]) => {
    const appId = await setting.makeApp();
    return setting.call('POST', `/v1/apps/${appId}/versions`, { version: '1.0.0', scopes });
  };
  const crm: Scope = { module: 'crm', model: 'account', access: 'read' };

  it('is a model that the organization has', async () => {
    const scope: Scope = { ...order, access: 'read' };
    const refused = await register([crm, scope]);
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: '/scopes/1' }] } });
    expect(refused.body.detail).toContain('shop.order');
    expect((await setting.call('GET', `/v1/apps/${(await setting.makeApp()) ?? ''}/versions`)).status).toBe(
      200,
    );
    await setting.call('PUT', path, {});
    expect((await register([crm, scope])).status).toBe(201);
  });

  it.each([
    ['one that a closed schema does not name', { additionalProperties: false }],
    ['one that the schema forbids', { properties: { colour: false } }],
  ])('is no field that no record can have: %s', async (_, schema) => {
    await setting.call('PUT', path, { schema });
    const scope: Scope = { ...order, access: 'read', fields: ['id', 'created_at', 'colour'] };
    const refused = await register([crm, scope]);
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: '/scopes/1/fields' }] } });
    expect(refused.body.detail).toContain('"colour"');
    const possible: Scope = { ...scope, fields: ['id', 'created_at', 'updated_at'] };
    expect((await register([possible])).status).toBe(201);
  });

  it.each([
    ['an open schema', { properties: { total: {} } }],
    ['no schema', null],
    ['a closed schema that names it', { properties: { colour: {} }, additionalProperties: false }],
    ['a schema with patterns', { patternProperties: { '^col': {} }, additionalProperties: false }],
  ])('is a field that may be there one day: %s', async (_, schema) => {
    await setting.call('PUT', path, { schema });
    expect((await register([{ ...order, access: 'read', fields: ['colour'] }])).status).toBe(201);
  });

  it('stays there while the version is installed, and is missed by what would be installed later', async () => {
    await setting.call('PUT', path, {});
    const scope: Scope = { ...order, access: 'read' };
    const { app_id, id } = await setting.install([scope]);
    const kept = await setting.call('DELETE', path);
    expect(kept).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(kept.body.detail).toContain('Account sync');
    expect((await setting.call('GET', path)).status).toBe(200);
    await setting.makeVersion(app_id, '2.0.0', [crm]);
    const upgrade = (version: string) =>
      setting.call('POST', `/v1/installations/${id}/upgrade`, { version, consent: true });
    await upgrade('2.0.0');
    expect((await setting.call('DELETE', path)).status).toBe(204);
    const back = await upgrade('1.0.0');
    expect(back).toMatchObject({ status: 422, body: { errors: [{ pointer: '/version' }] } });
    expect((await setting.call('GET', `/v1/installations/${id}`)).body.version).toBe('2.0.0');
    await setting.call('DELETE', `/v1/installations/${id}`);
    const request = { version: '1.0.0', consent: true };
    expect((await setting.call('POST', `/v1/apps/${app_id}/installations`, request)).status).toBe(422);
  });

  it('belongs to an app whose name and description can change', async () => {
    const appId = await setting.makeApp();
    const change = (body: unknown, token?: string) => setting.call('PATCH', `/v1/apps/${appId}`, body, token);
    expect((await change({ description: 'Keeps accounts' })).body).toMatchObject({
      id: appId,
      name: 'Account sync',
      description: 'Keeps accounts',
    });
    expect((await change({ name: 'Sync', description: null })).body).toMatchObject({
      name: 'Sync',
      description: null,
    });
    expect((await setting.call('GET', `/v1/apps/${appId}`)).body.name).toBe('Sync');
    for (const wrong of [{}, { name: '' }, { name: null }, { id: 'x' }])
      expect((await change(wrong)).status).toBe(422);
    expect((await change({ name: 'x' }, await setting.other())).status).toBe(404);
    const { body } = await setting.call('GET', '/v1/audit-log');
    expect(body.data.map(({ action }: { action: string }) => action)).toContain('app.changed');
  });
});
