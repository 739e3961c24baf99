import { afterEach, beforeEach, expect, it } from 'vitest';
import { Evaluator } from '../../src/features/evaluations/evaluator.ts';
import { EvaluationRunner } from '../../src/features/evaluations/run.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { startReceiver, type TestReceiver } from '../support/receiver.ts';
import { accessModule, base, createClient, type FlowbeaconClient, startEvaluation } from './client.ts';

describeOnEachDatabase('FlowBeacon evaluations', (kind) => {
  let app: TestApp;
  let receiver: TestReceiver;
  let client: FlowbeaconClient;
  let evaluator: Evaluator;

  beforeEach(async () => {
    app = await createTestApp(kind, { time: new Date('2026-04-06T14:30:00Z') });
    receiver = await startReceiver();
    client = createClient(app, (await app.organization('beacon', { preset: 'flowbeacon' })).key);
    evaluator = new Evaluator(app.parts);
  });
  afterEach(async () => {
    await app.close();
    await receiver.close();
  });

  async function read(path: string) {
    const { status, body } = await client.call('GET', path);
    expect(status).toBe(200);
    return body.data;
  }

  const houses = [{ ramp: true }, { floors: 3 }, 'not an object'];

  it('run from pending to complete, and tell what they found', async () => {
    await client.call('POST', '/webhooks', { url: receiver.url, events: ['evaluation.complete'] });
    const { evaluation, module } = await startEvaluation(client, houses);
    expect(evaluation).toMatchObject({
      id: expect.stringMatching(/^evl_/),
      status: 'pending',
      modules: [{ id: module.id, name: 'access' }],
      progress: { evaluated: 0, total: 3 },
      completed_at: null,
    });
    const [first, second, third] = evaluation.scenarios;
    expect(first).toEqual({ id: expect.stringMatching(/^scn_/), name: 'Scenario 0' });
    expect((await client.call('GET', `/scenarios/${first.id}/results`)).status).toBe(409);

    await evaluator.runOnce();
    expect(await read(`/evaluations/${evaluation.id}`)).toMatchObject({
      status: 'complete',
      progress: { evaluated: 3, total: 3 },
      completed_at: '2026-04-06T14:30:00.000Z',
    });
    expect(await read(`/scenarios/${first.id}/results`)).toEqual({
      ...first,
      evaluation_id: evaluation.id,
      violations: [],
      module_summary: [{ module: 'access', passing_count: 2, failing_count: 0 }],
      evaluated_codes: ['ACCESS-1', 'ACCESS-2'],
      passing_count: 2,
      failing_count: 0,
    });
    const results = await read(`/scenarios/${second.id}/results`);
    expect(results.violations).toEqual([
      { code: 'ACCESS-1', module: 'access', path: '/ramp', message: expect.any(String) },
      { code: 'ACCESS-2', module: 'access', path: '/lift', message: expect.any(String) },
      { code: 'ACCESS-2', module: 'access', path: '', message: expect.any(String) },
    ]);
    expect(results).toMatchObject({ passing_count: 0, failing_count: 2 });
    expect(await read(`/scenarios/${third.id}/results`)).toMatchObject({ failing_count: 1 });

    await app.worker.runOnce();
    expect(receiver.requests).toHaveLength(1);
    const event = JSON.parse(String(receiver.requests[0]?.body));
    expect(event).toMatchObject({ event: 'evaluation.complete', evaluation_id: evaluation.id });
    const { evaluation_id: _, ...inEvent } = results;
    expect(event.scenarios[1]).toEqual(inEvent);
    expect(event.scenarios.map((scenario: { id: string }) => scenario.id)).toEqual([
      first.id,
      second.id,
      third.id,
    ]);
  });

  it('show their progress and are gone on with by whichever worker comes', async () => {
    const inputs = Array.from({ length: 250 }, (_, index) => ({ floors: index }));
    const { evaluation } = await startEvaluation(client, inputs);
    const seen: [string, number][] = [];
    for (let batches = 0; batches < 1_000; batches += 1) {
      const { status, progress } = await read(`/evaluations/${evaluation.id}`);
      seen.push([status, progress.evaluated]);
      if (status === 'complete') break;
      // A new one each time knows nothing of what the one before did.
      await new EvaluationRunner(app.parts).runBatch();
    }
    expect(seen).toEqual([...seen].sort(([, a], [, b]) => a - b));
    expect(seen.slice(0, 2)).toEqual([
      ['pending', 0],
      ['running', 0],
    ]);
    expect(seen.at(-1)).toEqual(['complete', 250]);
    expect(seen.length).toBeGreaterThan(4);
  });

  it('complete once with one event, with many workers at once', async () => {
    await client.call('POST', '/webhooks', { url: receiver.url, events: ['evaluation.complete'] });
    const started = [];
    for (const index of [0, 1, 2, 3]) started.push(await startEvaluation(client, houses, `access ${index}`));
    await Promise.all([1, 2, 3, 4].map(() => new Evaluator(app.parts).runOnce()));
    await evaluator.runOnce();
    await app.worker.runOnce();
    const ids = receiver.requests.map(({ body }) => JSON.parse(String(body)).evaluation_id);
    expect(ids.sort()).toEqual(started.map(({ evaluation }) => evaluation.id).sort());
  });

  it('complete and tell together or not at all', async () => {
    const { evaluation } = await startEvaluation(client, houses);
    const broken = {
      ...app.parts,
      publisher: {
        publishWithin: async () => {
          throw new Error('the process died');
        },
      },
    };
    await new Evaluator(Object.assign(Object.create(null), broken)).runOnce();
    expect(await read(`/evaluations/${evaluation.id}`)).toMatchObject({
      status: 'running',
      progress: { total: 3 },
    });
    expect(await evaluator.runOnce()).toBe(0);
    await app.advance(30_000);
    await evaluator.runOnce();
    expect(await read(`/evaluations/${evaluation.id}`)).toMatchObject({ status: 'complete' });
    const { body } = await app.call('GET', '/v1/events?type=evaluation.complete', undefined, {
      token: client.key,
    });
    expect(body.data).toHaveLength(1);
  });

  it('refuse rules and scenarios that make no sense', async () => {
    const post = async (path: string, body: unknown) => {
      const answer = await client.call('POST', path, body);
      return [answer.status, answer.body.error?.code, answer.body.error?.message];
    };
    const rule = { code: 'A', description: '', schema: {} };
    expect(await post('/modules', { name: 'm', rules: [rule, rule] })).toEqual([
      422,
      'invalid_input',
      expect.stringContaining('/rules/1/code'),
    ]);
    expect(await post('/modules', { name: 'm', rules: [{ ...rule, schema: { type: 'nothing' } }] })).toEqual([
      422,
      'invalid_schema',
      expect.stringContaining('/rules/0/schema'),
    ]);
    expect(await post('/modules', { name: 'm', rules: [] })).toEqual([
      422,
      'invalid_input',
      expect.any(String),
    ]);
    const { module } = await startEvaluation(client, [{}]);
    expect(await post('/modules', accessModule)).toEqual([409, 'conflict', expect.any(String)]);
    const scenario = '{"name":"x","input":{"deep":[1e999]}}';
    expect(await post('/evaluations', `{"modules":["${module.id}"],"scenarios":[${scenario}]}`)).toEqual([
      422,
      'invalid_input',
      expect.stringContaining('/scenarios/0/input/deep/0'),
    ]);
    const many = (count: number) => Array.from({ length: count }, () => ({ name: 'x', input: 1 }));
    expect((await post('/evaluations', { modules: [module.id], scenarios: many(1_001) }))[0]).toBe(422);
    expect((await post('/evaluations', { modules: [module.id], scenarios: [] }))[0]).toBe(422);
    expect((await post('/evaluations', { modules: ['mod_1'], scenarios: many(1) }))[0]).toBe(422);
    const stranger = createClient(app, (await app.organization('other', { preset: 'flowbeacon' })).key);
    const foreign = await stranger.call('POST', '/evaluations', { modules: [module.id], scenarios: many(1) });
    expect(foreign.status).toBe(422);
  });

  it('list what fits and count everything', async () => {
    const rules = Array.from({ length: 100 }, (_, index) => ({
      code: `R${index}`,
      description: '',
      schema: { pattern: 'y'.repeat(1_000 + index) },
    }));
    const module = await client.call('POST', '/modules', { name: 'many', rules });
    const { body } = await client.call('POST', '/evaluations', {
      modules: [module.body.data.id],
      scenarios: [{ name: 'x', input: 'z' }],
    });
    await evaluator.runOnce();
    const results = await read(`/scenarios/${body.data.scenarios[0].id}/results`);
    expect(results.failing_count).toBe(100);
    expect(JSON.stringify(results.violations).length).toBeLessThan(17_000);
    expect(results.violations.length + results.violations_omitted).toBe(100);
  });

  it('are shown by a token once, without a key', async () => {
    const { evaluation } = await startEvaluation(client, houses);
    const made = await client.call('POST', `/evaluations/${evaluation.id}/result-token`);
    expect(made.status).toBe(200);
    expect(made.body.data).toEqual({
      token: expect.stringMatching(/^rt_/),
      expires_at: '2026-04-06T15:30:00.000Z',
    });
    const fetchResults = (token: string, method = 'GET') => app.call(method, `${base}/results/${token}`);
    const early = await fetchResults(made.body.data.token);
    expect([early.status, early.body.error.code]).toEqual([409, 'conflict']);
    await evaluator.runOnce();
    expect((await fetchResults(made.body.data.token, 'HEAD')).status).toBe(404);
    const answers = await Promise.all([1, 2, 3].map(() => fetchResults(made.body.data.token)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410, 410]);
    const shown = answers.find(({ status }) => status === 200);
    expect(shown?.body.data).toMatchObject({ evaluation_id: evaluation.id });
    expect(shown?.body.data.scenarios).toHaveLength(3);
    expect((await fetchResults(made.body.data.token)).body.error.code).toBe('gone');

    const brief = await client.call('POST', `/evaluations/${evaluation.id}/result-token`, { expires_in: 60 });
    await app.advance(60_000);
    expect((await fetchResults(brief.body.data.token)).status).toBe(410);
    expect((await fetchResults('rt_unknown')).status).toBe(404);
    expect((await fetchResults(client.key)).status).toBe(404);
  });
});
