import { afterEach, beforeEach, expect, it } from 'vitest';
import { Evaluator } from '../../src/worker/evaluator.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
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
    await new Evaluator(app.services).runOnce();
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
      const evaluator = new Evaluator(app.services);
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
    await new Evaluator(app.services).runOnce();
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
