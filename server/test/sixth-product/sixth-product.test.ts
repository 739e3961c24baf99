import { standard, verify } from '@sluice/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { products } from '../../src/products/index.ts';
import { adminToken, createTestApp, type TestApp } from '../support/app.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { startReceiver, type TestReceiver } from '../support/receiver.ts';
import { clinic } from './clinic/product.ts';

describeOnEachDatabase('a sixth product', (kind) => {
  let app: TestApp;
  let receiver: TestReceiver;
  beforeAll(async () => {
    app = await createTestApp(kind, { products: [...products, clinic] });
    receiver = await startReceiver();
  });
  afterAll(async () => {
    await app.close();
    await receiver.close();
  });

  it('is a folder and an entry: it is adopted, published to, received from, and has a surface of its own', async () => {
    const { id, key: earlier } = await app.organization();
    const adopted = await app.call('PUT', '/v1/presets/clinic', undefined, { token: earlier });
    expect(adopted.body).toMatchObject({ name: 'clinic', default_contract: 'standard' });
    const made = await app.call(
      'POST',
      `/v1/organizations/${id}/keys`,
      { name: 'Own', scopes: ['*'] },
      { token: adminToken },
    );
    const token = made.body.secret;
    expect(token).toMatch(/^clinic_live_/);

    const hook = await app.call('POST', '/api/clinic/hooks', { to: `${receiver.url}/hook` }, { token });
    expect(hook.body).toEqual({ result: { id: expect.stringMatching(/^hok_/), secret: expect.any(String) } });
    const hooks = await app.call('GET', '/api/clinic/hooks', undefined, { token });
    expect(hooks.body).toEqual({ result: [{ id: hook.body.result.id }] });
    const refused = await app.call('POST', '/api/clinic/hooks', { to: 'nowhere' }, { token });
    expect([refused.status, refused.body]).toEqual([422, { failure: expect.any(String) }]);

    const [type] = clinic.preset.eventTypes;
    const wrong = await app.call('POST', '/v1/events', { type: type?.name, data: {} }, { token });
    expect(wrong.status).toBe(422);
    const event = { type: type?.name, data: type?.example };
    expect((await app.call('POST', '/v1/events', event, { token })).status).toBe(202);
    await app.worker.runOnce();
    const [request] = receiver.requests;
    const { secret } = hook.body.result;
    const received = { headers: request?.headers ?? {}, body: request?.body ?? '', secret };
    expect((await verify(standard, received)).ok).toBe(true);
  });

  it('is described like the others', async () => {
    const { body } = await app.call('GET', '/openapi.json');
    expect(body.paths['/api/clinic/hooks']).toMatchObject({ get: { operationId: 'clinicListHooks' } });
    expect(body.tags.at(-1)).toMatchObject({ name: 'Clinic: hooks' });
  });
});
