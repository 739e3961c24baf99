import { SluiceError } from '../base/errors.ts';
import { type Attempt, getDelivery, listAttempts } from '../deliveries/ledger.ts';
import type { SendTest } from '../events/test-event.ts';
import type { Context } from '../http/operation.ts';

/**
 * Sends a test event to an endpoint, once for each idempotency key, and waits for its end.
 * @returns the attempt, and the headers of the answer: they say whether an earlier request has sent it
 * @throws {SluiceError} not_found, idempotency_conflict; conflict, while an earlier request is still sending it
 */
export async function sendTestOnce(
  { queries, orgId, idempotency }: Context,
  sendTest: SendTest,
  endpointId: string,
): Promise<{ readonly attempt: Attempt; readonly headers: Record<string, string> }> {
  const { deliveryId, replayed } = await sendTest({ orgId, id: endpointId }, idempotency);
  const delivery = await getDelivery(queries, orgId, deliveryId);
  const [attempt] = await listAttempts(queries, delivery, { after: null, limit: 1 });
  if (!attempt && replayed)
    throw new SluiceError('conflict', 'The test with this Idempotency-Key is still under way.');
  if (!attempt) throw new Error('The test attempt was not settled.');
  return { attempt, headers: replayed ? { 'idempotent-replay': 'true' } : {} };
}
