import type { Clock } from '../base/clock.ts';
import { publicId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';
import type { AttemptResult } from '../deliveries/attempt.ts';
import type { Settled } from '../deliveries/settle.ts';
import type { Endpoint } from '../endpoints/endpoints.ts';
import { type Health, reasonToDisable } from '../endpoints/health.ts';
import type { Publisher } from '../events/publisher.ts';
import { disableEndpoint } from '../life-cycle/enable.ts';
import { systemActor } from '../tenants/audit.ts';

/** Tells the member who owns an endpoint that it was disabled, in the transaction that disables it. */
export type TellMember = (tx: Queries, endpoint: Endpoint, reason: string) => Promise<void>;

/** An endpoint that is to be disabled, and why. */
export interface Disabling {
  readonly orgId: string;
  readonly id: string;
  readonly reason: string;
}

/**
 * Which endpoints a settled batch disables: by 410, or by their contract's rule. In the order of their organizations and
 * ids, so that two batches cannot wait for each other.
 */
export function endpointsToDisable(
  batch: readonly AttemptResult[],
  settled: readonly Settled[],
  health: readonly Health[],
): Disabling[] {
  const counted = new Set(settled.map(({ settlement }) => settlement.attemptId));
  const found = new Map<string, Disabling>();
  for (const { settlement, disable, disableAfter } of batch) {
    const { orgId, endpointId: id } = settlement;
    if (!counted.has(settlement.attemptId) || found.has(id)) continue;
    const record = health.find((entry) => entry.endpointId === id);
    const byRule = record ? reasonToDisable(disableAfter, record) : null;
    const reason = disable ? `the receiver answered ${settlement.status}` : byRule;
    if (reason !== null) found.set(id, { orgId, id, reason });
  }
  const orderOf = ({ orgId, id }: Disabling) => `${orgId} ${id}`;
  return [...found.values()].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
}

/**
 * Disables an endpoint in the transaction that settles the attempt which showed it, and tells its owner by an
 * `endpoint.disabled` event, a member also by `tellMember`. Answers whether it did: not where the endpoint is disabled or
 * deleted already.
 */
export async function disableAutomatically(
  tx: Queries,
  {
    clock,
    publisher,
    tellMember,
  }: {
    readonly clock: Clock;
    readonly publisher: Pick<Publisher, 'publishWithin'>;
    readonly tellMember: TellMember;
  },
  { orgId, id, reason }: Disabling,
): Promise<boolean> {
  const endpoint = await disableEndpoint(tx, { clock, actor: systemActor }, { orgId, id }, reason);
  if (endpoint === null) return false;
  const endpointId = publicId('endpoint', id);
  const { url, name, disabled_at } = endpoint;
  await publisher.publishWithin(tx, orgId, [
    {
      type: 'endpoint.disabled',
      data: JSON.stringify({ endpoint_id: endpointId, url, name, reason, disabled_at }),
      audience: endpoint.owner_kind === 'member' ? { members: [endpoint.owner_id] } : null,
      source: 'system',
    },
  ]);
  if (endpoint.owner_kind === 'member') await tellMember(tx, endpoint, reason);
  return true;
}
