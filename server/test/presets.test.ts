import { verify } from '@sluice/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventTypeForm } from '../src/events/event-types.ts';
import { products } from '../src/products/index.ts';
import type { Preset } from '../src/products/preset.ts';
import { compileSchema } from '../src/schemas/compile.ts';
import { adminToken, createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';
import { startReceiver } from './support/receiver.ts';

const presets = products.map(({ preset }) => preset);

const entries = presets.flatMap((preset) =>
  preset.eventTypes.map((eventType) => ({ preset, eventType, title: `${preset.name} ${eventType.name}` })),
);

function presetNamed(name: string): Preset {
  const preset = presets.find((candidate) => candidate.name === name);
  if (!preset) throw new Error(`No preset ${name}.`);
  return preset;
}

describe('catalogues of the presets', () => {
  it('has each name once', () => {
    expect(new Set(presets.map(({ name }) => name)).size).toBe(presets.length);
    expect(new Set(entries.map(({ title }) => title)).size).toBe(entries.length);
  });

  it.each(entries)(
    '$title has a sound example in the form that the contract documents',
    ({ preset, eventType }) => {
      expect(eventType.name).toMatch(eventTypeForm);
      expect(eventType.description).not.toBe('');
      expect(compileSchema(eventType.schema)(eventType.example)).toEqual([]);
      const data = new TextEncoder().encode(JSON.stringify(eventType.example));
      expect(preset.contract.event.problem({ type: eventType.name, data })).toBeNull();
    },
  );

  it.each([
    ['fluxo', 'review.created', { id: 'rvw_1', title: 'x', status: 'lost' }, '/status'],
    ['fluxo', 'review.approved', { title: 'x', status: 'approved' }, '/id'],
    ['flowlu', 'crm.account.create', { current: { id: 1 } }, '/previous'],
    ['flowlu', 'crm.account.create', { current: { id: 1 }, previous: { id: 1 } }, '/previous'],
    ['flowlu', 'crm.deal.update', { current: null, previous: { id: 1 } }, '/current'],
    ['flowlu', 'task.task.delete', { current: null, previous: { id: 1 }, meta: {} }, ''],
    ['fluxdesk', 'task_assigned', { body: 'x' }, '/title'],
    ['fluxdesk', 'system', { title: 'x', type: 'y' }, '/type'],
    ['flowbeacon', 'evaluation.complete', { evaluation_id: 'e', scenarios: [{}] }, '/scenarios/0/violations'],
    ['flowbeacon', 'evaluation.complete', { evaluation_id: 'e', scenarios: [], event: 'x' }, '/event'],
    ['flowxtra', 'job.closed', { job_id: 7, title: 'x' }, '/status'],
    [
      'flowxtra',
      'application.hired',
      { job_id: '7', candidate_job_id: 1, team_member_id: 1, email: 'x' },
      '/job_id',
    ],
  ])('%s refuses %s with %j at %s', (name, type, data, pointer) => {
    const schema = presetNamed(name).eventTypes.find((eventType) => eventType.name === type)?.schema;
    expect(compileSchema(schema)(data).map((error) => error.pointer)).toContain(pointer);
  });
});

describeOnEachDatabase('presets', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp(kind);
  });
  afterAll(() => app.close());

  async function catalogueOf(key: string) {
    const { body } = await app.call('GET', '/v1/event-types?limit=200', undefined, { token: key });
    return body.data.map(({ name, description, schema, example }: Record<string, unknown>) => ({
      name,
      description,
      schema,
      example,
    }));
  }

  const sortedTypes = (preset: Preset) => [...preset.eventTypes].sort((a, b) => (a.name < b.name ? -1 : 1));

  it.each(presets)(
    '$name is adopted with the organization, and its examples are delivered',
    async (preset) => {
      const receiver = await startReceiver();
      const organization = await app.organization(undefined, { preset: preset.name });
      const { body } = await app.call('GET', `/v1/organizations/${organization.id}`, undefined, {
        token: adminToken,
      });
      expect(body).toMatchObject({ preset: preset.name, default_contract: preset.contract.name });
      expect(await catalogueOf(organization.key)).toEqual(sortedTypes(preset));
      expect(organization.key.startsWith(preset.keyPrefix)).toBe(true);

      const endpoint = await app.call(
        'POST',
        '/v1/endpoints',
        { url: receiver.url, events: ['*'] },
        { token: organization.key },
      );
      expect(endpoint.body.contract).toBe(preset.contract.name);
      for (const { name, example } of preset.eventTypes) {
        const published = await app.call(
          'POST',
          '/v1/events',
          { type: name, data: example },
          { token: organization.key },
        );
        expect(published.status).toBe(202);
      }
      await app.worker.runOnce();
      expect(receiver.requests).toHaveLength(preset.eventTypes.length);
      for (const { headers, body } of receiver.requests) {
        expect(await verify(preset.contract, { headers, body, secret: endpoint.body.secret })).toMatchObject({
          ok: true,
        });
      }
      await receiver.close();
    },
  );

  it('refuses a preset that there is not, and makes nothing', async () => {
    const list = () => app.call('GET', '/v1/organizations?limit=200', undefined, { token: adminToken });
    const before = await list();
    for (const preset of ['nothing', 'standard']) {
      const answer = await app.call(
        'POST',
        '/v1/organizations',
        { name: 'X', slug: 'x', preset },
        { token: adminToken },
      );
      expect(answer.status).toBe(422);
      expect(answer.body.errors).toEqual([{ pointer: '/preset', detail: expect.stringContaining(preset) }]);
    }
    expect((await list()).body).toEqual(before.body);
    const { key } = await app.organization();
    expect((await app.call('PUT', '/v1/presets/nothing', undefined, { token: key })).status).toBe(404);
  });

  it('is adopted later beside types of one’s own, and again without a change', async () => {
    const { key, id } = await app.organization();
    const put = (name: string) => app.call('PUT', `/v1/presets/${name}`, undefined, { token: key });
    const own = { description: 'Ours', schema: { type: 'object' }, example: null };
    await app.call('PUT', '/v1/event-types/invoice.paid', own, { token: key });
    await app.call('PUT', '/v1/event-types/job.closed', own, { token: key });
    const before = await app.call(
      'POST',
      '/v1/endpoints',
      { url: 'https://example.com/', events: ['*'] },
      { token: key },
    );

    const adopted = await put('flowxtra');
    expect(adopted.status).toBe(200);
    expect(adopted.body).toEqual((await app.call('GET', '/v1/presets/flowxtra')).body);
    const catalogue = [{ name: 'invoice.paid', ...own }, ...sortedTypes(presetNamed('flowxtra'))];
    const expected = catalogue.sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(await catalogueOf(key)).toEqual(expected);
    expect((await put('flowxtra')).body).toEqual(adopted.body);
    expect(await catalogueOf(key)).toEqual(expected);

    const after = await app.call(
      'POST',
      '/v1/endpoints',
      { url: 'https://example.com/', events: ['*'] },
      { token: key },
    );
    expect([before.body.contract, after.body.contract]).toEqual(['standard', 'flowxtra']);
    const kept = await app.call('GET', `/v1/endpoints/${before.body.id}`, undefined, { token: key });
    expect(kept.body.contract).toBe('standard');
    const audit = await app.call('GET', '/v1/audit-log?action=preset.adopted', undefined, { token: key });
    expect(audit.body.data).toHaveLength(2);
    const organization = await app.call('GET', `/v1/organizations/${id}`, undefined, { token: adminToken });
    expect(organization.body).toMatchObject({ preset: 'flowxtra', default_contract: 'flowxtra' });
  });

  it('holds new data to the schemas from then on', async () => {
    const { key } = await app.organization();
    const publish = () =>
      app.call('POST', '/v1/events', { type: 'job.closed', data: { job_id: 7 } }, { token: key });
    expect((await publish()).status).toBe(202);
    await app.call('PUT', '/v1/presets/flowxtra', undefined, { token: key });
    const refused = await publish();
    expect(refused.status).toBe(422);
    expect(refused.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([
      '/data/title',
      '/data/status',
    ]);
  });

  it('says how new keys begin, and both forms are good', async () => {
    const { key } = await app.organization();
    await app.call('PUT', '/v1/presets/flowbeacon', undefined, { token: key });
    const made = await app.call(
      'POST',
      '/v1/keys',
      { name: 'New', scopes: ['events:write'] },
      { token: key },
    );
    expect(made.body).toMatchObject({
      prefix: 'fb_live_',
      secret: expect.stringMatching(/^fb_live_[0-9A-Za-z]{60}$/),
    });
    expect(key).toMatch(/^sluice_/);
    for (const token of [key, made.body.secret])
      expect((await app.call('GET', '/v1/me', undefined, { token })).status).toBe(200);
    const beyond = await app.call('PUT', '/v1/presets/flowxtra', undefined, { token: made.body.secret });
    expect(beyond).toMatchObject({ status: 403, body: { code: 'missing_scope' } });
  });

  it('is adopted by many at once without anybody waiting in a ring', async () => {
    const { key } = await app.organization();
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, n) => {
        const preset = presets[n % presets.length]?.name;
        const own = { description: `Own ${n}` };
        return n % 3 === 0
          ? app.call(
              'PUT',
              `/v1/event-types/${['job.closed', 'crm.lead.update', 'review'][(n % 9) / 3]}`,
              own,
              { token: key },
            )
          : app.call('PUT', `/v1/presets/${preset}`, undefined, { token: key });
      }),
    );
    expect(answers.map(({ status }) => status).filter((status) => status >= 300)).toEqual([]);
  });

  it('shows every catalogue to everybody', async () => {
    const { body } = await app.call('GET', '/v1/presets');
    expect(body.data.map(({ name }: { name: string }) => name)).toEqual(presets.map(({ name }) => name));
    for (const preset of presets) {
      const one = await app.call('GET', `/v1/presets/${preset.name}`);
      expect(one.body).toEqual(body.data.find(({ name }: { name: string }) => name === preset.name));
      expect(one.body.event_types).toEqual(preset.eventTypes);
    }
    expect((await app.call('GET', '/v1/presets/nothing')).status).toBe(404);
  });
});
