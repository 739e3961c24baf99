import fc from 'fast-check';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { forgetEvaluations } from '../../src/features/evaluations/evaluations.ts';
import { Evaluator } from '../../src/features/evaluations/evaluator.ts';
import { EvaluationRunner } from '../../src/features/evaluations/run.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { startSecondProcess } from '../support/second-process.ts';
import { createClient, type FlowbeaconClient, startEvaluation } from './client.ts';

interface Change {
  readonly id: string;
  readonly status: string;
}

describeOnEachDatabase('the watermark', (kind) => {
  let app: TestApp;
  let client: FlowbeaconClient;

  beforeEach(async () => {
    app = await createTestApp(kind);
    client = createClient(app, (await app.organization('beacon', { preset: 'flowbeacon' })).key);
  });
  afterEach(() => app.close());

  async function changes(since: string | null, limit = 50) {
    const { status, body } = await client.call(
      'GET',
      `/evaluations?limit=${limit}${since === null ? '' : `&since=${since}`}`,
    );
    expect(status).toBe(200);
    const data: Change[] = body.data;
    const meta: { watermark: string; has_more: boolean } = body.meta;
    return { data, ...meta };
  }

  it('answers what changed after it, page by page', async () => {
    const start = (await client.call('GET', '/webhooks')).body.meta.watermark;
    expect(await changes(start)).toEqual({ data: [], watermark: start, has_more: false });
    const { answer, module, evaluation } = await startEvaluation(client, [1]);
    const afterCreation = answer.body.meta.watermark;
    expect((await changes(start)).data).toMatchObject([{ id: evaluation.id, status: 'pending' }]);
    expect((await changes(afterCreation)).data).toEqual([]);
    for (const name of ['second', 'third'])
      await client.call('POST', '/evaluations', { modules: [module.id], scenarios: [{ name, input: 1 }] });
    const first = await changes(null, 2);
    expect(first).toMatchObject({ has_more: true });
    expect(first.data).toHaveLength(2);
    const second = await changes(first.watermark, 2);
    expect(second).toMatchObject({ has_more: false });
    expect(second.data).toHaveLength(1);
    await new Evaluator(app.parts).runOnce();
    const after = await changes(second.watermark);
    expect(after.data.map(({ status }) => status)).toEqual(['complete', 'complete', 'complete']);
    expect((await changes(after.watermark)).data).toEqual([]);
  });

  it('cannot be made up or carried to another organization', async () => {
    const { watermark } = await changes(null);
    const stranger = createClient(app, (await app.organization('other', { preset: 'flowbeacon' })).key);
    const forged = `wm_AAAAAAAB${watermark.slice(-12)}`;
    for (const [who, text] of [
      [stranger, watermark],
      [client, forged],
      [client, 'wm_'],
      [client, 'wm_a1b2c3d4'],
      [client, `${watermark}A`],
    ] as const) {
      const { status, body } = await who.call('GET', `/evaluations?since=${encodeURIComponent(text)}`);
      expect([text, status, body.error?.code]).toEqual([text, 400, 'invalid_cursor']);
    }
  });

  it('says so when what changed after it is no longer kept, and goes on from what is', async () => {
    const start = (await client.call('GET', '/webhooks')).body.meta.watermark;
    const { evaluation: old, module } = await startEvaluation(client, [1]);
    const token = await client.call('POST', `/evaluations/${old.id}/result-token`, { expires_in: 604_800 });
    await new Evaluator(app.parts).runOnce();
    const seen = await changes(null);
    const make = () =>
      client.call('POST', '/evaluations', { modules: [module.id], scenarios: [{ name: 'x', input: 1 }] });
    const fresh = (await make()).body.data;
    await sql`update evaluations set completed_at = completed_at - interval '31 days'`.execute(
      app.database.queries,
    );
    expect(await forgetEvaluations(app.database.queries, 30)).toBe(1);
    expect(await forgetEvaluations(app.database.queries, 30)).toBe(0);

    const late = await client.call('GET', `/evaluations?since=${start}`);
    expect([late.status, late.body.error.code]).toEqual([410, 'gone']);
    expect((await changes(seen.watermark)).data).toMatchObject([{ id: fresh.id, status: 'pending' }]);
    expect((await changes(null)).data).toMatchObject([{ id: fresh.id }]);
    expect((await client.call('GET', `/evaluations/${old.id}`)).status).toBe(404);
    expect((await client.call('GET', `/scenarios/${old.scenarios[0].id}/results`)).status).toBe(404);
    const results = await app.call('GET', `/api/public/v1/results/${token.body.data.token}`);
    expect([results.status, results.body.error.code]).toEqual([410, 'gone']);
    for (const table of ['scenarios', 'scenario_results', 'evaluations']) {
      const { rows } = await sql`select 1 from ${sql.table(table)}`.execute(app.database.queries);
      expect([table, rows.length]).toEqual([table, table === 'scenario_results' ? 0 : 1]);
    }

    await new Evaluator(app.parts).runOnce();
    await sql`update evaluations set completed_at = completed_at - interval '31 days'`.execute(
      app.database.queries,
    );
    await forgetEvaluations(app.database.queries, 30);
    const nothing = await changes(null);
    expect(nothing).toMatchObject({ data: [], has_more: false });
    const next = (await make()).body.data;
    expect((await changes(nothing.watermark)).data).toMatchObject([{ id: next.id }]);
  });

  it('is never kept from what is still running, however long that takes', async () => {
    const { evaluation } = await startEvaluation(client, [1]);
    await new EvaluationRunner(app.parts).runBatch();
    await sql`update evaluations set created_at = created_at - interval '90 days', started_at = started_at - interval '90 days'`.execute(
      app.database.queries,
    );
    expect(await forgetEvaluations(app.database.queries, 30)).toBe(0);
    expect((await client.call('GET', `/evaluations/${evaluation.id}`)).body.data.status).toBe('running');
  });

  it('lists what happens in whatever order, once for each change, in pages of any size', {
    timeout: 120_000,
  }, async () => {
    const { module } = await startEvaluation(client, [1]);
    const runner = new EvaluationRunner(app.parts);
    await new Evaluator(app.parts).runOnce();
    let { watermark } = await changes(null, 200);
    const second = await startSecondProcess(app);
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.oneof(
              fc.record({ kind: fc.constant('make' as const), count: fc.integer({ min: 1, max: 4 }) }),
              fc.record({ kind: fc.constant('run' as const), count: fc.integer({ min: 1, max: 4 }) }),
              fc.record({ kind: fc.constant('poll' as const), count: fc.integer({ min: 1, max: 5 }) }),
            ),
            { minLength: 1, maxLength: 8 },
          ),
          async (steps) => {
            const listed: Change[] = [];
            const changed = new Map<string, string>();
            const look = async (limit: number) => {
              const page = await changes(watermark, limit);
              listed.push(...page.data);
              watermark = page.watermark;
              return page;
            };
            const work = steps.map(async ({ kind, count }) => {
              if (kind === 'poll') return;
              for (let index = 0; index < count; index += 1)
                if (kind === 'run')
                  await (index % 2 === 0 ? runner : new EvaluationRunner(second.parts)).runBatch();
                else {
                  const { body } = await client.call('POST', '/evaluations', {
                    modules: [module.id],
                    scenarios: [{ name: 'x', input: index }],
                  });
                  changed.set(body.data.id, 'made');
                }
            });
            for (const { kind, count } of steps) if (kind === 'poll') await look(count);
            await Promise.all(work);
            await new Evaluator(app.parts).runOnce();
            while ((await look(3)).has_more);
            for (const [id] of changed) {
              const states = listed.filter((change) => change.id === id).map(({ status }) => status);
              expect(states.at(-1)).toBe('complete');
              expect(new Set(states).size).toBe(states.length);
            }
            expect((await look(200)).data).toEqual([]);
          },
        ),
        { numRuns: 12 },
      );
    } finally {
      await second.close();
    }
  });

  it('misses nothing and repeats nothing under concurrent writers', { timeout: 120_000 }, async () => {
    const { module } = await startEvaluation(client, [1]);
    const writers = 8;
    const each = 12;
    let writing = true;
    let over = false;
    const made: string[] = [];
    const seen: Change[] = [];

    async function write(): Promise<void> {
      for (let count = 0; count < each; count += 1) {
        const { status, body } = await client.call('POST', '/evaluations', {
          modules: [module.id],
          scenarios: [{ name: 'x', input: count }],
        });
        expect(status).toBe(200);
        made.push(body.data.id);
      }
    }
    async function work(): Promise<void> {
      const evaluator = new Evaluator(app.parts);
      while (writing) {
        await evaluator.runOnce();
        await new Promise(setImmediate);
      }
    }
    async function poll(): Promise<void> {
      let { watermark } = await changes(null, 200);
      for (let last = false; ; ) {
        const page = await changes(watermark, 7);
        seen.push(...page.data);
        watermark = page.watermark;
        if (last && page.data.length === 0) return;
        last = over;
      }
    }

    const polling = poll();
    const working = [work(), work()];
    await Promise.all(Array.from({ length: writers }, write));
    writing = false;
    await Promise.all(working);
    await new Evaluator(app.parts).runOnce();
    over = true;
    await polling;

    const states = new Map<string, string[]>();
    for (const { id, status } of seen) states.set(id, [...(states.get(id) ?? []), status]);
    expect(made).toHaveLength(writers * each);
    const order = ['pending', 'running', 'complete'];
    for (const id of made) {
      const ofOne = states.get(id) ?? [];
      expect(new Set(ofOne).size, `${id} is repeated: ${ofOne.join(', ')}`).toBe(ofOne.length);
      expect(ofOne).toEqual([...ofOne].sort((a, b) => order.indexOf(a) - order.indexOf(b)));
      expect(ofOne.at(-1), `${id} is missing`).toBe('complete');
    }
  });
});
