import { sql } from 'kysely';
import { SluiceError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Sealer } from '../base/seal.ts';
import type { Database } from '../db/connect.ts';
import { type AttemptResult, attempt, notSent, type Sender } from '../deliveries/attempt.ts';
import { enqueueLeased } from '../deliveries/enqueue.ts';
import { priority } from '../deliveries/phases.ts';
import { prepare } from '../deliveries/prepare.ts';
import { getEndpoint } from '../endpoints/endpoints.ts';
import type { EndpointName } from '../endpoints/secrets.ts';
import { claimIdempotencyKeys, type IdempotentRequest, keepAnswers } from '../tenants/idempotency.ts';

export const testEventType = 'webhook.test';

export interface TestTools extends Sender {
  readonly sealer: Sealer;
  /** Commits what came of attempts, with all that follows for their endpoints. */
  readonly settle: (batch: readonly AttemptResult[]) => Promise<unknown>;
}

/** Which delivery a test became. */
export interface SentTest {
  readonly deliveryId: string;
  /** It was sent by an earlier request with the same idempotency key, and may still be under way. */
  readonly replayed: boolean;
}

/** Sends a test event to an endpoint and waits for its end. */
export type SendTest = (name: EndpointName, idempotency: IdempotentRequest | null) => Promise<SentTest>;

/**
 * Sends a test event to one endpoint, now and once, enabled or not, and answers when it has ended. It is prepared, sent
 * and settled as every delivery is, so its outcome is that of later events, and its answer counts like any other: 410
 * disables the endpoint.
 * @throws {SluiceError} not_found, idempotency_conflict
 */
export async function sendTestEvent(
  database: Database,
  tools: TestTools,
  name: EndpointName,
  idempotency: IdempotentRequest | null,
): Promise<SentTest> {
  const claimed = await database.queries.transaction().execute(async (tx) => {
    const keyed = idempotency === null ? [] : [idempotency];
    const [earlier] = (await claimIdempotencyKeys(tx, tools.sealer, keyed)).values();
    if (earlier instanceof SluiceError) throw earlier;
    if (earlier) return { deliveryId: earlier.body, replayed: true };
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
    // The key is kept with the delivery, not with its outcome, which is known only after the commit.
    await keepAnswers(
      tx,
      tools.sealer,
      keyed.map((request) => ({ request, answer: { status: 200, body: delivery.id } })),
    );
    return enqueueLeased(tx, { ...delivery, priority: priority.live, dueAt: null }, tools.worker);
  });
  if ('replayed' in claimed) return claimed;
  const { jobs, unpreparable } = await prepare(database.queries, tools.sealer, [claimed]);
  const [job] = jobs;
  const [failed] = unpreparable;
  const result = job ? await attempt(tools, job) : failed ? notSent(tools, failed) : null;
  if (!result) throw new Error('The test delivery was neither prepared nor refused.');
  const next = result.settlement.next === 'delivered' ? 'delivered' : 'failed';
  await tools.settle([{ ...result, settlement: { ...result.settlement, next } }]);
  return { deliveryId: claimed.id, replayed: false };
}
