import { publicId } from '../base/ids.ts';
import type { Database } from '../db/connect.ts';
import { transact } from '../db/transaction.ts';
import type { AttemptResult } from '../deliveries/attempt.ts';
import { type Settled, settle } from '../deliveries/settle.ts';
import { type Disabling, disableAutomatically, endpointsToDisable } from './disable.ts';
import type { WorkerTools } from './tools.ts';

export type SettleTools = Pick<WorkerTools, 'clock' | 'publisher' | 'log'> & { readonly database: Database };

/**
 * One commit: the attempts, their deliveries, the endpoints' records, and what follows for the endpoints. Answers what
 * counted.
 * @param mayDisable `false` leaves out what follows, where that cannot be done
 */
export async function settleBatch(
  tools: SettleTools,
  batch: readonly AttemptResult[],
  mayDisable = true,
): Promise<Settled[]> {
  const { settled, disabled } = await transact(tools.database.hotPath, async (tx) => {
    const settlements = batch.map(({ settlement }) => settlement);
    const { settled, health } = await settle(tx, settlements);
    const disabled: Disabling[] = [];
    if (mayDisable) {
      for (const disabling of endpointsToDisable(batch, settled, health)) {
        if (await disableAutomatically(tx, tools, disabling)) disabled.push(disabling);
      }
    }
    return { settled, disabled };
  });
  if (disabled.length > 0) tools.database.wakeUps.signal();
  for (const { orgId, id, reason } of disabled) {
    tools.log.warn(
      { org_id: publicId('organization', orgId), endpoint_id: publicId('endpoint', id), reason },
      'endpoint disabled',
    );
  }
  return settled;
}
