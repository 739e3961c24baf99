import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestApp, type TestApp } from '../support/app.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { createKit, type Kit } from './kit.ts';

describeOnEachDatabase('workflows and tasks', (kind) => {
  let app: TestApp;
  let kit: Kit;

  beforeEach(async () => {
    app = await createTestApp(kind);
    kit = createKit(app, (await app.organization()).key);
  });
  afterEach(() => app.close());

  it('are found by workflow, queue, status and assignee, page by page', async () => {
    const [one, two] = [await kit.workflow(), await kit.workflow()];
    const queue = await kit.queue(one.id, 'First');
    const member = await kit.member();
    const a = await kit.task(one.id, { queue_id: queue.id, priority: 'low' });
    const b = await kit.task(one.id, { assignee: member, priority: 'urgent' });
    const c = await kit.task(two.id, { priority: 'urgent' });
    const d = await kit.task(two.id);
    await kit.expecting(200, 'POST', `/v1/reviews/${d.id}/approve`);
    const ids = async (query: string) =>
      (await kit.expecting(200, 'GET', `/v1/reviews?${query}`)).data.map((task: { id: string }) => task.id);
    expect(await ids('')).toEqual([d.id, c.id, b.id, a.id]);
    expect(await ids('order=urgency')).toEqual([b.id, c.id, d.id, a.id]);
    expect(await ids(`workflow_id=${one.id}`)).toEqual([b.id, a.id]);
    expect(await ids(`queue_id=${queue.id}`)).toEqual([a.id]);
    expect(await ids('status=approved')).toEqual([d.id]);
    expect(await ids(`assignee=${member}&status=pending`)).toEqual([b.id]);
    for (const order of ['newest', 'urgency']) {
      const whole = await ids(`order=${order}`);
      const paged: string[] = [];
      for (let cursor = ''; ; ) {
        const page = await kit.expecting(200, 'GET', `/v1/reviews?order=${order}&limit=1${cursor}`);
        paged.push(...page.data.map((task: { id: string }) => task.id));
        if (page.next_cursor === null) break;
        cursor = `&cursor=${page.next_cursor}`;
      }
      expect(paged).toEqual(whole);
    }
  });

  it('answer for others as for what does not exist', async () => {
    const other = createKit(app, (await app.organization()).key);
    const [workflow, mine] = [await other.workflow(), await kit.workflow()];
    const queue = await other.queue(workflow.id, 'Q');
    const task = await other.task(workflow.id);
    const member = await other.member();
    const endpoint = await other.expecting(201, 'POST', '/v1/endpoints', {
      url: 'http://127.0.0.1:9/x',
      events: ['*'],
    });
    const input = { workflow_id: mine.id, title: 'T', content: 1 };
    const origins = {
      capabilities: {},
      allowed_origins: ['https://a.example'],
      expires_at: '2100-01-01T00:00:00Z',
    };
    for (const [method, path, body] of [
      ['GET', `/v1/workflows/${workflow.id}`],
      ['PATCH', `/v1/workflows/${workflow.id}`, { name: 'x' }],
      ['DELETE', `/v1/workflows/${workflow.id}`],
      ['GET', `/v1/workflows/${workflow.id}/queues`],
      ['POST', `/v1/workflows/${workflow.id}/queues`, { name: 'x' }],
      ['POST', '/v1/workflows', { name: 'x', reviewers: { members: [member] } }],
      ['POST', '/v1/reviews', { ...input, workflow_id: workflow.id }],
      ['POST', '/v1/reviews', { ...input, queue_id: queue.id }],
      ['POST', '/v1/reviews', { ...input, assignee: member }],
      ['GET', `/v1/reviews/${task.id}`],
      ['GET', `/v1/reviews/${task.id}/history`],
      ['POST', `/v1/reviews/${task.id}/approve`, {}],
      ['POST', `/v1/reviews/${task.id}/reject`, { reason: 'r' }],
      ['POST', `/v1/reviews/${task.id}/revise`, { content: 1 }],
      ['POST', '/v1/review-gates', { types: ['*'], workflow_id: workflow.id }],
      ['POST', '/v1/review-gates', { types: ['*'], workflow_id: mine.id, queue_id: queue.id }],
      ['POST', '/v1/review-gates', { types: ['*'], workflow_id: mine.id, endpoints: [endpoint.id] }],
      ['POST', '/v1/embed-tokens', { ...origins, workflow_id: workflow.id }],
      ['POST', '/v1/embed-tokens', { ...origins, queue_id: queue.id }],
      ['POST', '/v1/embed-tokens', { ...origins, member_id: member }],
    ] as const) {
      expect([method, path, (await kit.call(method, path, body)).status]).toEqual([method, path, 404]);
    }
    expect((await kit.expecting(200, 'GET', `/v1/reviews?workflow_id=${workflow.id}`)).data).toEqual([]);
    expect((await other.get(task.id)).version).toBe(1);
  });

  it('need the scope that each route names', async () => {
    const workflow = await kit.workflow();
    const task = await kit.task(workflow.id);
    const key = async (scope: string) =>
      (await kit.expecting(201, 'POST', '/v1/keys', { name: scope, scopes: [scope] })).secret;
    const [read, write, act] = [
      await key('reviews:read'),
      await key('reviews:write'),
      await key('reviews:act'),
    ];
    const status = async (token: string, method: string, path: string, body?: unknown) =>
      (await app.call(method, path, body, { token })).status;
    const input = { workflow_id: workflow.id, title: 'T', content: 1 };
    expect([
      await status(read, 'GET', '/v1/reviews'),
      await status(read, 'POST', '/v1/reviews', input),
      await status(read, 'POST', `/v1/reviews/${task.id}/approve`),
    ]).toEqual([200, 403, 403]);
    expect([
      await status(write, 'GET', '/v1/reviews'),
      await status(write, 'POST', '/v1/reviews', input),
      await status(write, 'POST', `/v1/reviews/${task.id}/approve`),
    ]).toEqual([403, 201, 403]);
    expect([
      await status(act, 'GET', '/v1/reviews'),
      await status(act, 'POST', '/v1/reviews', input),
      await status(act, 'POST', `/v1/reviews/${task.id}/approve`),
    ]).toEqual([403, 403, 200]);
    expect(await status(act, 'GET', '/v1/embed/session')).toBe(403);
  });

  it('can be deleted when nothing is pending, and leave their tasks behind', async () => {
    const workflow = await kit.workflow();
    const task = await kit.task(workflow.id);
    expect((await kit.call('DELETE', `/v1/workflows/${workflow.id}`)).status).toBe(409);
    await kit.expecting(200, 'POST', `/v1/reviews/${task.id}/approve`);
    await kit.expecting(204, 'DELETE', `/v1/workflows/${workflow.id}`);
    expect((await kit.call('GET', `/v1/workflows/${workflow.id}`)).status).toBe(404);
    expect(
      (await kit.call('POST', '/v1/reviews', { workflow_id: workflow.id, title: 'T', content: 1 })).status,
    ).toBe(404);
    expect((await kit.get(task.id)).status).toBe('approved');
    const queue = await kit.workflow();
    await kit.queue(queue.id, 'Same');
    expect((await kit.call('POST', `/v1/workflows/${queue.id}/queues`, { name: 'Same' })).status).toBe(409);
  });

  it('have a history that nobody can change', async () => {
    const task = await kit.task((await kit.workflow()).id);
    await kit.expecting(200, 'POST', `/v1/reviews/${task.id}/approve`);
    for (const change of [
      app.database.queries.updateTable('review_history').set({ comment: 'x' }),
      app.database.queries.deleteFrom('review_history'),
    ]) {
      await expect(change.execute()).rejects.toThrow(/append-only/);
    }
  });

  it('say what is wrong with what they are given', async () => {
    const { id } = await kit.workflow();
    const input = { workflow_id: id, title: 'T', content: 1 };
    for (const [body, pointer] of [
      [{ ...input, content: undefined }, '/content'],
      [{ ...input, title: '' }, '/title'],
      [{ ...input, priority: 'asap' }, '/priority'],
      [{ ...input, content_type: 'text/html\r\nx: y' }, '/content_type'],
      [{ ...input, workflow_id: 'evt_01jd8r5w3kfq5bz0p2v6x7y8z9' }, '/workflow_id'],
      [{ ...input, title: 'a\u0000b' }, '/title'],
      [{ ...input, other: 1 }, '/other'],
    ] as const) {
      const answer = await kit.call('POST', '/v1/reviews', body);
      expect([pointer, answer.status, answer.body.errors?.[0]?.pointer]).toEqual([pointer, 422, pointer]);
    }
    expect((await kit.call('POST', '/v1/reviews', { ...input, content: 'x'.repeat(262_143) })).status).toBe(
      413,
    );
    expect((await kit.call('POST', '/v1/reviews', { ...input, content: 'x'.repeat(262_142) })).status).toBe(
      201,
    );
    const task = await kit.task(id);
    expect((await kit.call('POST', `/v1/reviews/${task.id}/reject`, {})).body.errors[0].pointer).toBe(
      '/reason',
    );
    expect(
      (await kit.call('POST', `/v1/reviews/${task.id}/approve`, undefined, { 'if-match': 'x' })).body
        .errors[0].pointer,
    ).toBe('header:If-Match');
    expect((await kit.call('GET', '/v1/reviews/evt_01jd8r5w3kfq5bz0p2v6x7y8z9')).status).toBe(404);
  });
});
