import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Evaluator } from '../../src/features/evaluations/evaluator.ts';
import { type Evaluating, EvaluationRunner, releaseEvaluations } from '../../src/features/evaluations/run.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { createClient, type FlowbeaconClient, startEvaluation } from './client.ts';

/** Numbers of five digits, up to the 64 KiB of an input: comparing each with each takes long, and so often too long. */
const longList = Array.from({ length: 10_900 }, (_, index) => 10_000 + index);
const slowRules = Array.from({ length: 100 }, (_, index) => ({
  code: `SLOW-${index}`,
  schema: { uniqueItems: true, minItems: index },
}));

describeOnEachDatabase('rules and scenarios of somebody who means ill', (kind) => {
  let app: TestApp;
  let client: FlowbeaconClient;

  beforeEach(async () => {
    app = await createTestApp(kind, { time: new Date('2026-04-06T14:30:00Z') });
    client = createClient(app, (await app.organization('beacon', { preset: 'flowbeacon' })).key);
  });
  afterEach(() => app.close());

  async function evaluate(rules: unknown, inputs: readonly unknown[], name = 'hostile') {
    const module = await client.call('POST', '/modules', { name, rules });
    expect([module.status, module.body.error]).toEqual([200, undefined]);
    const { status, body } = await client.call('POST', '/evaluations', {
      modules: [module.body.data.id],
      scenarios: inputs.map((input, index) => ({ name: `Scenario ${index}`, input })),
    });
    expect([status, body.error]).toEqual([200, undefined]);
    return body.data;
  }

  async function results(evaluation: { scenarios: { id: string }[] }) {
    const answers = await Promise.all(
      evaluation.scenarios.map(({ id }) => client.call('GET', `/scenarios/${id}/results`)),
    );
    return answers.map(({ body }) => body.data);
  }

  async function statusOf({ id }: { id: string }): Promise<string> {
    return (await client.call('GET', `/evaluations/${id}`)).body.data.status;
  }

  it('hold up nobody who publishes meanwhile', { timeout: 60_000 }, async () => {
    const evaluation = await evaluate(slowRules, [longList]);
    let over = false;
    const batches = new Evaluator(app.parts).runOnce().finally(() => {
      over = true;
    });
    let published = 0;
    while (!over) {
      const { status } = await app.call(
        'POST',
        '/v1/events',
        { type: 'thing.happened', data: {} },
        { token: client.key },
      );
      expect(status).toBe(202);
      published += 1;
    }
    await batches;
    // Had the rules run in this thread, the first event would have been answered only after them.
    expect(published).toBeGreaterThan(1);
    expect(await statusOf(evaluation)).toBe('complete');
    const [{ failing_count, violations }] = await results(evaluation);
    expect(failing_count).toBeGreaterThan(0);
    expect(violations.map(({ message }: { message: string }) => message).join()).toMatch(
      /cannot be evaluated|was not evaluated/,
    );
  });

  it('hold up nobody while a module’s schemas are compiled', { timeout: 60_000 }, async () => {
    const deep = (depth: number): object =>
      depth === 0 ? {} : { anyOf: [deep(depth - 1), deep(depth - 1)] };
    const rules = [1, 2, 3].map((index) => ({
      code: `DEEP-${index}`,
      schema: { title: `${index}`, ...deep(9) },
    }));
    let over = false;
    const making = client.call('POST', '/modules', { name: 'deep', rules }).finally(() => {
      over = true;
    });
    let published = 0;
    while (!over) {
      await app.call('POST', '/v1/events', { type: 'thing.happened', data: {} }, { token: client.key });
      published += 1;
    }
    expect([200, 422]).toContain((await making).status);
    expect(published).toBeGreaterThan(1);
  });

  it.each([
    ['a reference to itself', { $ref: '#' }],
    [
      'two references in a ring',
      { $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } }, $ref: '#/$defs/a' },
    ],
    [
      'references that branch',
      {
        $defs: Object.fromEntries(
          Array.from({ length: 30 }, (_, index) => [
            `d${index}`,
            index === 29
              ? { type: 'string' }
              : { anyOf: [{ $ref: `#/$defs/d${index + 1}` }, { $ref: `#/$defs/d${index + 1}` }] },
          ]),
        ),
        $ref: '#/$defs/d0',
      },
    ],
    ['a pattern that backtracks', { pattern: '^(a+)+$' }],
    ['a pattern with a huge repetition', { pattern: '((a{0,30}){0,30}){0,1}' }],
    [
      '__proto__ as a property',
      JSON.parse('{"properties":{"__proto__":{"type":"number"}},"required":["__proto__"]}'),
    ],
    ['constructor as a property', { required: ['constructor', 'toString', '__proto__'] }],
    [
      'properties of everybody’s prototype',
      { properties: { toString: { type: 'string' }, hasOwnProperty: false } },
    ],
    ['what is always false', { not: {} }],
  ])('are evaluated in bounded time, or refused: %s', { timeout: 30_000 }, async (what, schema) => {
    const inputs = [{}, `${'a'.repeat(40)}!`, JSON.parse('{"__proto__":{"polluted":true}}'), [], 1, null];
    const made = await client.call('POST', '/modules', { name: 'rule', rules: [{ code: 'A', schema }] });
    if (made.status === 422) {
      expect([what, made.body.error.code]).toEqual([what, 'invalid_schema']);
      return;
    }
    const { body } = await client.call('POST', '/evaluations', {
      modules: [made.body.data.id],
      scenarios: inputs.map((input) => ({ name: what, input })),
    });
    await new Evaluator(app.parts).runOnce();
    expect(await statusOf(body.data)).toBe('complete');
    for (const { passing_count, failing_count } of await results(body.data))
      expect([what, passing_count + failing_count]).toEqual([what, 1]);
    expect('polluted' in {}).toBe(false);
  });

  it.each([
    ['a reference to another document', { $ref: 'http://127.0.0.1:1/schema.json' }],
    ['a reference to a file', { $ref: 'file:///etc/passwd' }],
    ['a reference to nothing', { $ref: '#/$defs/none' }],
    ['a promise', { $async: true }],
    ['a pattern with look-ahead', { pattern: '(?=a)b' }],
    ['a pattern with a back-reference', { pattern: '(a)\\1' }],
    ['a type that is none', { type: 'nothing' }],
  ])('are refused where they cannot be evaluated: %s', async (what, schema) => {
    const { status, body } = await client.call('POST', '/modules', {
      name: 'm',
      rules: [{ code: 'A', schema }],
    });
    expect([what, status, body.error.code]).toEqual([what, 422, 'invalid_schema']);
    expect(body.error.message).toContain('/rules/0/schema');
  });

  it('are given up one by one where they kill the thread, and the others are evaluated', {
    timeout: 120_000,
  }, async () => {
    // 2^16 errors of a kilobyte each and more, again at every element: more than the thread's memory.
    const wide = (depth: number): object =>
      depth === 0 ? { const: 'x'.repeat(200) } : { allOf: [wide(depth - 1), wide(depth - 1)] };
    const evaluation = await evaluate(
      [{ code: 'WIDE', schema: { anyOf: [{ not: { type: 'array' } }, { items: wide(7) }] } }],
      [{}, longList, {}],
    );
    await new Evaluator(app.parts).runOnce();
    expect(await statusOf(evaluation)).toBe('complete');
    expect((await results(evaluation)).map(({ failing_count }) => failing_count)).toEqual([0, 1, 0]);
  });

  it('do not take the turns of other organizations', async () => {
    const { module } = await startEvaluation(client, [1], 'many');
    for (let count = 0; count < 20; count += 1)
      await client.call('POST', '/evaluations', {
        modules: [module.id],
        scenarios: [{ name: 'x', input: count }],
      });
    const other = createClient(app, (await app.organization('other', { preset: 'flowbeacon' })).key);
    const { evaluation } = await startEvaluation(other, [1]);
    const runner = new EvaluationRunner(app.parts);
    // Begun and evaluated, each after a turn of the other organization.
    for (let turns = 0; turns < 4; turns += 1) await runner.runBatch();
    expect((await other.call('GET', `/evaluations/${evaluation.id}`)).body.data.status).toBe('complete');
  });

  it('list less for each of many scenarios, so that the event stays deliverable', {
    timeout: 120_000,
  }, async () => {
    const rules = Array.from({ length: 100 }, (_, index) => ({
      code: `RULE-${String(index).padStart(3, '0')}-${'x'.repeat(50)}`,
      schema: { const: 'y'.repeat(200) },
    }));
    const evaluation = await evaluate(
      rules,
      Array.from({ length: 1_000 }, () => 'z'),
    );
    await new Evaluator(app.parts).runOnce();
    expect(await statusOf(evaluation)).toBe('complete');
    const [first] = await results({ scenarios: evaluation.scenarios.slice(0, 1) });
    expect(JSON.stringify(first.violations).length).toBeLessThan(4_300);
    expect(first.violations.length + first.violations_omitted).toBe(100);
    const { rows } = await sql<{ length: number }>`
      select length(data) as length from events where type = 'evaluation.complete'`.execute(
      app.database.queries,
    );
    expect(rows[0]?.length).toBeLessThan(16_000_000);
  });

  it('store nothing when somebody else has taken over, and complete once', async () => {
    const { evaluation } = await startEvaluation(client, [{ ramp: true }, { floors: 3 }]);
    const runner = new EvaluationRunner(app.parts);
    await runner.runBatch();
    const late = pausedBeforeStoring(app.parts);
    const lateBatch = new EvaluationRunner(late.tools).runBatch();
    await late.reached;
    expect(await runner.runBatch()).toBe(false);
    await app.advance(60_000);
    await new Evaluator(app.parts).runOnce();
    expect(await statusOf(evaluation)).toBe('complete');
    late.goOn();
    await lateBatch;
    const { body } = await app.call('GET', '/v1/events?type=evaluation.complete', undefined, {
      token: client.key,
    });
    expect(body.data).toHaveLength(1);
    expect((await results(evaluation)).map(({ failing_count }) => failing_count)).toEqual([0, 2]);
  });

  it('are gone on with at once by a process that has the database for itself', async () => {
    const { evaluation } = await startEvaluation(client, [{ ramp: true }]);
    await new EvaluationRunner(app.parts).runBatch();
    const dead = pausedBeforeStoring(app.parts);
    const batch = new EvaluationRunner(dead.tools).runBatch();
    await dead.reached;
    await releaseEvaluations(app.database.queries);
    await new Evaluator(app.parts).runOnce();
    expect(await statusOf(evaluation)).toBe('complete');
    dead.goOn();
    await batch;
  });
});

/** Tools of a worker that stops between its claim and storing what it found. */
function pausedBeforeStoring(parts: Evaluating): { tools: Evaluating; reached: Promise<void>; goOn(): void } {
  let reach = () => {};
  let goOn = () => {};
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const allowed = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let transactions = 0;
  const queries = new Proxy(parts.database.queries, {
    get(target, name) {
      if (name !== 'transaction') {
        const member: unknown = Reflect.get(target, name, target);
        return typeof member === 'function' ? member.bind(target) : member;
      }
      return () => {
        transactions += 1;
        const transaction = target.transaction();
        if (transactions === 1) return transaction;
        return {
          async execute(work: Parameters<typeof transaction.execute>[0]) {
            reach();
            await allowed;
            return transaction.execute(work);
          },
        };
      };
    },
  });
  return { tools: { ...parts, database: { ...parts.database, queries } }, reached, goOn: () => goOn() };
}
