import { expect, it } from 'vitest';
import { forgetGateReviews } from '../../src/features/reviews/expire.ts';
import { createTestApp } from '../support/app.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { createKit } from './kit.ts';

describeOnEachDatabase('retention', (kind) => {
  it('drops what gates copied, once it is decided, and nothing else', async () => {
    const app = await createTestApp(kind, { time: new Date('2026-04-06T14:30:00Z') });
    const kit = createKit(app, (await app.organization()).key);
    const workflow = await kit.workflow();
    await kit.expecting(201, 'POST', '/v1/endpoints', { url: 'http://127.0.0.1:9/x', events: ['a'] });
    await kit.expecting(201, 'POST', '/v1/review-gates', { types: ['a'], workflow_id: workflow.id });
    for (const n of [1, 2]) await kit.expecting(202, 'POST', '/v1/events', { type: 'a', data: { n } });
    const own = await kit.task(workflow.id);
    const [decided, waiting] = (await kit.expecting(200, 'GET', '/v1/reviews')).data.filter(
      (task: { gate_id: string | null }) => task.gate_id !== null,
    );
    for (const { id } of [own, decided]) await kit.expecting(200, 'POST', `/v1/reviews/${id}/approve`);
    await app.advance(29 * 86_400_000);
    await forgetGateReviews(app.database.queries, 30);
    await kit.get(decided.id);
    await app.advance(2 * 86_400_000);
    await forgetGateReviews(app.database.queries, 30);
    // What is still to be sent goes out as it was decided.
    const { deliveries } = await kit.get(decided.id);
    for (const id of deliveries) await kit.expecting(200, 'POST', `/v1/deliveries/${id}/cancel`);
    await forgetGateReviews(app.database.queries, 30);
    expect((await kit.call('GET', `/v1/reviews/${decided.id}`)).status).toBe(404);
    expect(await kit.history(own.id)).toHaveLength(2);
    expect((await kit.get(waiting.id)).deliveries).toHaveLength(1);
    const rows = await app.database.queries.selectFrom('review_history').select('task_id').execute();
    expect(rows).toHaveLength(3);
    expect((await kit.audit(decided.id)).length).toBeGreaterThan(0);
    await app.close();
  });
});
