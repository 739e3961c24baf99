import { afterEach, beforeEach, expect, it } from 'vitest';
import { expireTasks } from '../../src/features/reviews/expire.ts';
import { createKit } from '../reviews/kit.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { type Desk, openDesk, type Person } from './setting.ts';

describeOnEachDatabase('members are told of review tasks', (kind) => {
  let desk: Desk;
  let kit: ReturnType<typeof createKit>;
  let ann: Person;
  let bob: Person;
  beforeEach(async () => {
    desk = await openDesk(kind, '2026-03-25T12:00:00Z');
    kit = createKit(desk.app, desk.organization.key);
    ann = await desk.member('ann');
    bob = await desk.member('bob');
  });
  afterEach(() => desk.close());

  const told = async (person: Person) =>
    (await desk.call('GET', '/v1/me/notifications', undefined, person)).body.data
      .map(({ title }: { title: string }) => title)
      .reverse();
  const act = (task: string, what: string, as: Person | string, body: object = {}) =>
    desk.call('POST', `/v1/reviews/${task}/${what}`, body, as);

  it('that are assigned to them, by inbox and webhook, without what is under review', async () => {
    await desk.webhook(ann, '/ann');
    await desk.webhook(bob, '/bob');
    const workflow = await kit.workflow();
    const task = await kit.task(workflow.id, { assignee: ann.id });
    await desk.app.worker.runOnce();
    const notices = desk.arrived('/ann').filter(({ type }) => type === 'review');
    expect(notices).toEqual([
      {
        version: 1,
        type: 'review',
        title: '"Refund of 40 EUR" is waiting for review',
        data: expect.objectContaining({ review_id: task.id, state: 'waiting', assignee: ann.id }),
      },
    ]);
    expect(JSON.stringify(notices)).not.toContain('amount');
    expect(desk.arrived('/bob')).toEqual([]);
    expect(await told(bob)).toEqual([]);
    await act(task.id, 'approve', desk.organization.key);
    expect(await told(ann)).toEqual([
      '"Refund of 40 EUR" is waiting for review',
      '"Refund of 40 EUR" was approved',
    ]);
  });

  it('that wait for them as a workflow’s reviewers, by name or by role', async () => {
    const hr = await desk.member('hal', 'hr_admin');
    const named = await kit.workflow({ reviewers: { members: [ann.id, bob.id] } });
    const byRole = await kit.workflow({ reviewers: { role: 'hr_admin' } });
    const open = await kit.workflow();
    await kit.task(named.id, { title: 'Named' });
    await kit.task(byRole.id, { title: 'By role' });
    await kit.task(open.id, { title: 'Anybody' });
    await kit.task(named.id, { title: 'For Bob', assignee: bob.id });
    expect(await told(ann)).toEqual(['"Named" is waiting for review']);
    expect(await told(bob)).toEqual(['"Named" is waiting for review', '"For Bob" is waiting for review']);
    expect(await told(hr)).toEqual(['"By role" is waiting for review']);
  });

  it('that a gate makes of what it holds', async () => {
    await desk.call('POST', '/v1/endpoints', { url: `${desk.receiver.url}/held`, events: ['refund.*'] });
    const workflow = await kit.workflow({ reviewers: { members: [ann.id] } });
    await kit.expecting(201, 'POST', '/v1/review-gates', { types: ['refund.*'], workflow_id: workflow.id });
    await desk.call('POST', '/v1/events', { type: 'refund.granted', data: { amount: 7 } });
    expect(await told(ann)).toEqual(['"refund.granted" is waiting for review']);
    const [held] = (await kit.expecting(200, 'GET', '/v1/reviews')).data;
    expect((await act(held.id, 'approve', desk.organization.key, { member_id: ann.id })).status).toBe(200);
    expect(await told(ann)).toHaveLength(1);
  });

  it('that begin a new round or escalate', async () => {
    const workflow = await kit.workflow({ approvals: 2, reviewers: { members: [ann.id, bob.id] } });
    const queue = await kit.queue(workflow.id, 'Escalated');
    await kit.expecting(200, 'PATCH', `/v1/workflows/${workflow.id}`, {
      expiry: {
        after_seconds: 60,
        action: 'escalate',
        escalation: { queue_id: queue.id, after_seconds: 60, action: 'reject' },
      },
    });
    const task = await kit.task(workflow.id, { title: 'T' });
    const revision = { content: { amount: 20 }, member_id: ann.id };
    expect((await act(task.id, 'revise', desk.organization.key, revision)).status).toBe(200);
    const waiting = '"T" is waiting for review';
    expect(await told(ann)).toEqual([waiting]);
    expect(await told(bob)).toEqual([waiting, waiting]);
    await desk.app.advance(60_000);
    await expireTasks(desk.app.parts);
    expect(await told(ann)).toEqual([waiting, waiting]);
    expect(await told(bob)).toEqual([waiting, waiting, waiting]);
  });

  it('that come back to whoever asked, or end without a decision', async () => {
    const admin = await desk.member('ada', 'admin');
    const workflow = await kit.workflow({ expiry: { after_seconds: 60, action: 'expire' } });
    const ask = async (title: string) => {
      const body = { workflow_id: workflow.id, title, content: {}, assignee: ann.id };
      return (await desk.call('POST', '/v1/reviews', body, admin)).body.id;
    };
    await act(await ask('A'), 'reject', desk.organization.key, { reason: 'No', member_id: ann.id });
    await ask('B');
    await desk.app.advance(60_000);
    await expireTasks(desk.app.parts);
    await act(await ask('C'), 'revise', admin, { content: { amount: 1 } });
    // Nobody hears of what they did themselves.
    expect(await told(admin)).toEqual(['"A" was returned', '"B" was not reviewed in time']);
    expect(await told(ann)).toEqual([
      '"A" is waiting for review',
      '"B" is waiting for review',
      '"B" was not reviewed in time',
      '"C" is waiting for review',
      '"C" was approved with changes',
    ]);
  });

  it('once for each decision, whatever is asked at once', async () => {
    const workflow = await kit.workflow();
    const task = await kit.task(workflow.id, { assignee: ann.id });
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => act(task.id, 'approve', desk.organization.key)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await told(ann)).toHaveLength(2);
  });

  it('in organizations whose catalogue has the type', async () => {
    const workflow = await kit.workflow();
    await desk.call('DELETE', '/v1/event-types/review');
    await kit.task(workflow.id, { assignee: ann.id });
    expect(await told(ann)).toEqual([]);
  });
});
