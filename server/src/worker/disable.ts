import type { Clock } from '../base/clock.ts';
import { SluiceError } from '../base/errors.ts';
import { publicId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';
import type { AttemptResult } from '../deliveries/attempt.ts';
import { pauseForEndpoint } from '../deliveries/changes.ts';
import type { Settled } from '../deliveries/settle.ts';
import { disableEndpoint, type Endpoint } from '../endpoints/endpoints.ts';
import { type Health, reasonToDisable } from '../endpoints/health.ts';
import type { Publisher } from '../events/publisher.ts';
import { recordAudit, systemActor } from '../tenants/audit.ts';

/** Tells the member who owns an endpoint that it was disabled, in the transaction that disables it. */
export type TellMember = (tx: Queries, endpoint: Endpoint, reason: string) => Promise<void>;

/** An endpoint that is to be disabled, and why. */
export interface Disabling {
  readonly orgId: string;
  readonly id: string;
  readonly reason: string;
}

/** Which endpoints a settled batch disables: by 410, or by their contract's rule. In the order of their ids. */
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
  return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
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
  const endpoint = await disableIfThere(tx, { orgId, id, reason });
  if (endpoint === null) return false;
  await pauseForEndpoint(tx, orgId, id);
  const endpointId = publicId('endpoint', id);
  await recordAudit(
    tx,
    clock,
    { orgId, actor: systemActor },
    {
      action: 'endpoint.disabled',
      target: endpointId,
      details: { reason },
    },
  );
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

async function disableIfThere(tx: Queries, { orgId, id, reason }: Disabling): Promise<Endpoint | null> {
  try {
    return await disableEndpoint(tx, { orgId, id }, reason);
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'not_found') return null;
    throw error;
  }
}
