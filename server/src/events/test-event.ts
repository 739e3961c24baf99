import { sql } from 'kysely';
import { newId } from '../base/ids.ts';
import type { Sealer } from '../base/seal.ts';
import type { Database } from '../db/connect.ts';
import { type AttemptTools, attempt, notSent } from '../deliveries/attempt.ts';
import { enqueueLeased } from '../deliveries/enqueue.ts';
import { priority } from '../deliveries/phases.ts';
import { prepare } from '../deliveries/prepare.ts';
import { settle } from '../deliveries/settle.ts';
import { getEndpoint } from '../endpoints/endpoints.ts';
import type { EndpointName } from '../endpoints/secrets.ts';

export const testEventType = 'webhook.test';

export interface TestTools extends AttemptTools {
  readonly sealer: Sealer;
}

/**
 * Sends a test event to one endpoint, now and once, enabled or not, and answers the delivery's id when it has ended.
 * It takes the way of every delivery, so what is seen is what later events will meet.
 * @throws {SluiceError} not_found
 */
export async function sendTestEvent(
  database: Database,
  tools: TestTools,
  name: EndpointName,
): Promise<string> {
  const claimed = await database.queries.transaction().execute(async (tx) => {
    const endpoint = await getEndpoint(tx, name);
    const eventId = newId(tools.clock);
    const data = JSON.stringify({ message: 'This is a test event.' });
    await sql`
      insert into events (org_id, id, type, data, occurred_at, source, created_at)
      values (${name.orgId}, ${eventId}, ${testEventType}, ${data}, date_trunc('milliseconds', now()), 'test', now())`.execute(
      tx,
    );
    const delivery = {
      orgId: name.orgId,
      id: newId(tools.clock),
      eventId,
      endpointId: name.id,
      eventType: testEventType,
      contract: endpoint.contract,
    };
    return enqueueLeased(tx, { ...delivery, priority: priority.live, dueAt: null }, tools.worker);
  });
  const { jobs, unpreparable } = await prepare(database.queries, tools.sealer, [claimed]);
  const [job] = jobs;
  const [failed] = unpreparable;
  const result = job ? await attempt(tools, job) : failed ? notSent(tools, failed) : null;
  if (!result) throw new Error('The test delivery was neither prepared nor refused.');
  const next = result.settlement.next === 'delivered' ? 'delivered' : 'failed';
  await settle(database.queries, [{ ...result.settlement, next }]);
  return claimed.id;
}
