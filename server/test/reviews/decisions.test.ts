import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestApp, type TestApp } from '../support/app.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { startReceiver } from '../support/receiver.ts';
import { startSecondProcess } from '../support/second-process.ts';
import { createKit, type Kit } from './kit.ts';

describeOnEachDatabase('decisions', (kind) => {
  let app: TestApp;
  let key: string;
  let kit: Kit;

  beforeEach(async () => {
    app = await createTestApp(kind, { time: new Date('2026-04-06T14:30:00Z') });
    key = (await app.organization()).key;
    kit = createKit(app, key);
  });
  afterEach(() => app.close());

  it('are made once, and everything about them is written down', async () => {
    const workflow = await kit.workflow();
    const task = await kit.task(workflow.id, { priority: 'high', metadata: { order: '7' } });
    expect(task).toMatchObject({
      status: 'pending',
      version: 1,
      decision: null,
      priority: 'high',
      approvals: 0,
      approvals_needed: 1,
      revision: null,
    });

    const approved = await kit.expecting(200, 'POST', `/v1/reviews/${task.id}/approve`, { comment: 'Fine' });
    expect(approved).toMatchObject({
      status: 'approved',
      version: 2,
      approvals: 1,
      decision: {
        status: 'approved',
        action: 'approved',
        comment: 'Fine',
        by: { kind: 'key', name: 'Everything', member: null },
        version: 2,
      },
    });

    for (const [action, body] of [
      ['approve', {}],
      ['reject', { reason: 'No' }],
      ['revise', { content: 1 }],
    ] as const) {
      const late = await kit.call('POST', `/v1/reviews/${task.id}/${action}`, body);
      expect(late.status).toBe(409);
      expect(late.headers.get('content-type')).toContain('application/problem+json');
      expect(late.body).toMatchObject({ code: 'review_decided', decision: approved.decision });
    }
    expect(
      (await kit.history(task.id)).map((entry: { action: string; version: number }) => [
        entry.version,
        entry.action,
      ]),
    ).toEqual([
      [1, 'created'],
      [2, 'approved'],
    ]);
    const audit = await kit.audit(task.id);
    expect(audit.find((entry: { action: string }) => entry.action === 'review.approved')).toMatchObject({
      action: 'review.approved',
      actor: `key:${approved.decision.by.id}`,
      ip: '127.0.0.1',
      details: { status: 'approved', version: 2 },
    });
    const [event] = await kit.events('review.approved');
    expect(event).toMatchObject({
      source: 'system',
      data: {
        id: task.id,
        workflow_id: workflow.id,
        queue_id: null,
        status: 'approved',
        metadata: { order: '7' },
        decision: approved.decision,
      },
    });
    expect(event.data).not.toHaveProperty('content');
    expect(await kit.events('review.created')).toHaveLength(1);
  });

  it('are delivered in the form that Fluxo promised, to endpoints that subscribed', async () => {
    const receiver = await startReceiver();
    await kit.expecting(201, 'POST', '/v1/endpoints', {
      url: `${receiver.url}/r`,
      events: ['review.rejected'],
      contract: 'fluxo',
    });
    const task = await kit.task((await kit.workflow()).id);
    await kit.expecting(200, 'POST', `/v1/reviews/${task.id}/reject`, { reason: 'Too much' });
    await app.worker.runOnce();
    expect(receiver.requests).toHaveLength(1);
    const body = JSON.parse(receiver.requests[0]?.body.toString() ?? '');
    expect(Object.keys(body)).toEqual(['id', 'event', 'timestamp', 'data']);
    expect(body).toMatchObject({
      event: 'review.rejected',
      data: { id: task.id, decision: { reason: 'Too much' } },
    });
    expect(receiver.requests[0]?.headers).toHaveProperty('webhook-signature');
    await receiver.close();
  });

  it('keep content and revision byte for byte', async () => {
    const content = '{ "a": 1e131072, "a": 2, "n": "\\u0000", "deep": [[[{"b":null}]]] }';
    const workflow = await kit.workflow();
    const made = await kit.call(
      'POST',
      '/v1/reviews',
      `{"workflow_id":"${workflow.id}","title":"T","content":${content}}`,
    );
    expect(made.status, made.text).toBe(201);
    expect(made.headers.get('etag')).toBe('"1"');
    const revision = '[ 1.10, "x" ]';
    const revised = await kit.call(
      'POST',
      `/v1/reviews/${made.body.id}/revise`,
      `{"content":${revision},"comment":"c"}`,
    );
    expect(revised.status, revised.text).toBe(200);
    expect(revised.body.status).toBe('revised');
    const read = await kit.call('GET', `/v1/reviews/${made.body.id}`);
    expect(read.text).toContain(`"content":${content},"revision":${revision}}`);
    expect((await kit.call('GET', `/v1/reviews/${made.body.id}/history`)).text).toContain(
      `"content":${revision}`,
    );
    expect(await kit.events('review.revised')).toHaveLength(1);
  });

  it('are refused for a version that the reviewer has not seen', async () => {
    const members = [await kit.member(), await kit.member()];
    const workflow = await kit.workflow({ approvals: 2, reviewers: { members } });
    const task = await kit.task(workflow.id);
    const approve = (body: object, headers: Record<string, string>) =>
      kit.call('POST', `/v1/reviews/${task.id}/approve`, body, headers);
    expect((await approve({ member_id: members[0] }, { 'if-match': '"1"' })).status).toBe(200);
    for (const [body, headers] of [
      [{ version: 1 }, {}],
      [{}, { 'if-match': '"1"' }],
      [{ version: 2 }, { 'if-match': '"1"' }],
    ] as const) {
      const stale = await approve({ member_id: members[1], ...body }, headers as Record<string, string>);
      expect(stale.status).toBe(412);
      expect(stale.body).toMatchObject({ code: 'stale_version', version: 2 });
    }
    expect((await approve({ member_id: members[1] }, { 'if-match': 'W/"2"' })).status).toBe(422);
    expect(
      (await approve({ member_id: members[1], version: 2 }, { 'if-match': '"1", "2"' })).body.status,
    ).toBe('approved');
  });

  it('of 200 at once on two processes: one', async () => {
    const second = await startSecondProcess(app);
    const task = await kit.task((await kit.workflow()).id);
    const urls = [app.url, second.url];
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const [action, body] = (
          [
            ['approve', {}],
            ['reject', { reason: 'r' }],
            ['revise', { content: { amount: index } }],
          ] as const
        )[index % 3] ?? ['approve', {}];
        const answer = await fetch(`${urls[index % 2]}/v1/reviews/${task.id}/${action}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
        return { status: answer.status, body: JSON.parse(await answer.text()) };
      }),
    );
    const [winner, ...others] = answers.filter((answer) => answer.status === 200);
    expect(others).toEqual([]);
    const losers = answers.filter((answer) => answer.status !== 200);
    expect(new Set(losers.map((loser) => loser.status))).toEqual(new Set([409]));
    for (const loser of losers) expect(loser.body.decision).toEqual(winner?.body.decision);
    expect(await kit.history(task.id)).toHaveLength(2);
    const told = (
      await Promise.all(['approved', 'rejected', 'revised'].map((status) => kit.events(`review.${status}`)))
    ).flat();
    expect(told).toHaveLength(1);
    expect(
      (await kit.audit(task.id)).filter((entry: { action: string }) => entry.action !== 'review.created'),
    ).toHaveLength(1);
    await second.close();
  });

  it('of 40 at once count a quorum exactly, one vote for each identity', async () => {
    const second = await startSecondProcess(app);
    const members = await Promise.all(Array.from({ length: 8 }, () => kit.member()));
    const task = await kit.task((await kit.workflow({ approvals: 5, reviewers: { members } })).id);
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const answer = await fetch(`${index % 2 ? app.url : second.url}/v1/reviews/${task.id}/approve`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          body: JSON.stringify({ member_id: members[index % 8] }),
        });
        return answer.status;
      }),
    );
    expect(answers.filter((status) => status === 200)).toHaveLength(5);
    expect(answers.filter((status) => status === 409)).toHaveLength(35);
    const voters = (await kit.history(task.id))
      .slice(1)
      .map((entry: { by: { member: { id: string } } }) => entry.by.member.id);
    expect(new Set(voters).size).toBe(5);
    expect(await kit.get(task.id)).toMatchObject({ status: 'approved', approvals: 5, version: 6 });
    expect(await kit.events('review.approved')).toHaveLength(1);
    await second.close();
  });

  it('belong to the reviewers that the workflow names', async () => {
    const [named, other, admin] = [await kit.member(), await kit.member(), await kit.member('admin')];
    const approve = (id: string, body: object) => kit.call('POST', `/v1/reviews/${id}/approve`, body);
    const byName = await kit.task((await kit.workflow({ reviewers: { members: [named] } })).id);
    expect((await approve(byName.id, {})).body.code).toBe('not_a_reviewer');
    expect((await approve(byName.id, { member_id: other })).body.code).toBe('not_a_reviewer');
    expect((await approve(byName.id, { member_id: 'mbr_01jd8r5w3kfq5bz0p2v6x7y8z9' })).status).toBe(404);
    const decided = await approve(byName.id, { member_id: named });
    expect(decided.body.decision.by).toMatchObject({
      kind: 'key',
      name: 'Everything',
      member: { id: named, name: 'Reviewer 1' },
    });
    const byRole = await kit.task((await kit.workflow({ reviewers: { role: 'admin' } })).id);
    expect((await approve(byRole.id, { member_id: named })).status).toBe(403);
    expect((await approve(byRole.id, { member_id: admin })).status).toBe(200);
    expect(
      (await kit.call('POST', '/v1/workflows', { name: 'Q', approvals: 2, reviewers: { members: [named] } }))
        .status,
    ).toBe(422);
  });

  it('need as many rejections as the workflow says', async () => {
    const members = [await kit.member(), await kit.member(), await kit.member()];
    const reject = (id: string, member: string | undefined) =>
      kit.expecting(200, 'POST', `/v1/reviews/${id}/reject`, { reason: 'r', member_id: member ?? null });
    const strict = await kit.task((await kit.workflow({ approvals: 2, reviewers: { members } })).id);
    expect((await reject(strict.id, members[0])).status).toBe('rejected');
    const lenient = await kit.task(
      (await kit.workflow({ approvals: 2, reviewers: { members }, rejection_ends: false })).id,
    );
    expect((await reject(lenient.id, members[0])).status).toBe('pending');
    expect(
      (await kit.call('POST', `/v1/reviews/${lenient.id}/approve`, { member_id: members[0] })).body.code,
    ).toBe('already_voted');
    expect((await reject(lenient.id, members[1])).status).toBe('rejected');
  });

  it('on a revision begin a new round', async () => {
    const members = [await kit.member(), await kit.member(), await kit.member()];
    const task = await kit.task((await kit.workflow({ approvals: 2, reviewers: { members } })).id);
    await kit.expecting(200, 'POST', `/v1/reviews/${task.id}/approve`, { member_id: members[0] });
    const revised = await kit.expecting(200, 'POST', `/v1/reviews/${task.id}/revise`, {
      content: { amount: 20 },
      member_id: members[1],
    });
    expect(revised).toMatchObject({
      status: 'pending',
      approvals: 1,
      revision: { amount: 20 },
      content: { amount: 40 },
    });
    const ended = await kit.expecting(200, 'POST', `/v1/reviews/${task.id}/approve`, {
      member_id: members[0],
    });
    expect(ended).toMatchObject({
      status: 'revised',
      approvals: 2,
      decision: { status: 'revised', action: 'approved' },
    });
    expect(await kit.events('review.revised')).toHaveLength(1);
  });

  it('are not stopped by a schema that the tenant gave to our events', async () => {
    await kit.expecting(201, 'PUT', '/v1/event-types/review.approved', { description: '', schema: false });
    const task = await kit.task((await kit.workflow()).id);
    await kit.expecting(200, 'POST', `/v1/reviews/${task.id}/approve`);
    expect(await kit.events('review.approved')).toHaveLength(1);
  });
});
