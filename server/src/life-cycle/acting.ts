import type { Clock } from '../base/clock.ts';
import { publicId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';
import type { EndpointName } from '../endpoints/secrets.ts';
import { type Actor, recordAudit } from '../tenants/audit.ts';

/** Who does something to an endpoint, and the clock that its ids and audit entries are made by. */
export interface Acting {
  readonly clock: Clock;
  readonly actor: Actor;
}

/** Writes down what was done to an endpoint, in the transaction that does it. */
export function recordAction(
  tx: Queries,
  { clock, actor }: Acting,
  { orgId, id }: EndpointName,
  entry: { readonly action: string; readonly details?: Readonly<Record<string, unknown>> },
): Promise<void> {
  return recordAudit(tx, clock, { orgId, actor }, { ...entry, target: publicId('endpoint', id) });
}
