import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { publicId } from '../../src/base/ids.ts';
import { Evaluator } from '../../src/features/evaluations/evaluator.ts';
import { moduleKind } from '../../src/features/evaluations/ids.ts';
import { EvaluationRunner } from '../../src/features/evaluations/run.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { createClient, type FlowbeaconClient, startEvaluation } from './client.ts';

describeOnEachDatabase('how much of FlowBeacon one organization may use', (kind) => {
  let app: TestApp;
  let client: FlowbeaconClient;

  beforeEach(async () => {
    app = await createTestApp(kind, { time: new Date('2026-04-06T14:30:00Z') });
    client = createClient(app, (await app.organization('beacon', { preset: 'flowbeacon' })).key);
  });
  afterEach(() => app.close());

  it('is a hundred evaluations that are unfinished, exactly', async () => {
    const { module, evaluation } = await startEvaluation(client, [1]);
    await sql`
      insert into evaluations (org_id, id, module_ids, status, scenario_count, evaluated_count, change, due_at, created_at)
      select org_id, gen_random_uuid(), module_ids, 'running', 1, 0, -n, now() + interval '1 hour', now()
        from evaluations, generate_series(1, 98) as n`.execute(app.database.queries);
    const scenarios = [{ name: 'x', input: 1 }];
    const start = () => client.call('POST', '/evaluations', { modules: [module.id], scenarios });
    const answers = await Promise.all([start(), start(), start()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 429, 429]);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body).toEqual({
      ok: false,
      error: { code: 'too_much_under_way', message: expect.stringContaining('100') },
    });
    expect(refused?.headers.get('retry-after')).toBe('10');
    const other = createClient(app, (await app.organization('other', { preset: 'flowbeacon' })).key);
    expect((await startEvaluation(other, [1])).answer.status).toBe(200);

    await new Evaluator(app.parts).runOnce();
    expect((await client.call('GET', `/evaluations/${evaluation.id}`)).body.data.status).toBe('complete');
    expect((await Promise.all([start(), start(), start()])).map(({ status }) => status).sort()).toEqual([
      200, 200, 429,
    ]);
  });

  it('is its turns: rules that push each other out of memory are evaluated all the same', {
    timeout: 180_000,
  }, async () => {
    const started: { who: FlowbeaconClient; id: string }[] = [];
    for (const slug of ['one', 'two', 'three']) {
      const who = createClient(app, (await app.organization(slug, { preset: 'flowbeacon' })).key);
      await startEvaluation(who, [1]);
      // A thousand rules of each: more than are kept compiled, and more than a turn has time to compile.
      const { rows } = await sql<{ id: string }>`
        insert into evaluation_modules (org_id, id, name, rules, rule_count, created_at)
        select org_id, gen_random_uuid(), 'large ' || module, made.rules, 100, now()
          from evaluation_modules, generate_series(1, 10) as module,
               lateral (select json_agg(json_build_object('code', 'R' || n, 'description', '',
                          'schema', json_build_object('not', json_build_object('const', module * 100 + n))))::text as rules
                          from generate_series(1, 100) as n) as made
         where org_id = (select id from organizations where slug = ${slug})
        returning id`.execute(app.database.queries);
      const { body } = await who.call('POST', '/evaluations', {
        modules: rows.map(({ id }) => publicId(moduleKind, id)),
        scenarios: [{ name: 'x', input: 1 }],
      });
      started.push({ who, id: body.data.id });
    }
    const runner = new EvaluationRunner(app.parts);
    const statuses = () =>
      Promise.all(
        started.map(async ({ who, id }) => (await who.call('GET', `/evaluations/${id}`)).body.data.status),
      );
    // Two for the small evaluations, one to begin, and then from 250 ms to 16 s, twice as long each time.
    for (
      let turns = 0;
      turns < 3 * 10 && (await statuses()).join() !== 'complete,complete,complete';
      turns += 1
    )
      await runner.runBatch();
    expect(await statuses()).toEqual(['complete', 'complete', 'complete']);
  });
});
