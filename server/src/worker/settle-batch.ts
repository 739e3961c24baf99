import type { Clock } from '../base/clock.ts';
import { publicId } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { Database } from '../db/connect.ts';
import { transact } from '../db/transaction.ts';
import type { AttemptResult } from '../deliveries/attempt.ts';
import { type OnAttempts, type Settled, settle } from '../deliveries/settle.ts';
import type { Publisher } from '../events/publisher.ts';
import { type Disabling, disableAutomatically, endpointsToDisable, type TellMember } from './disable.ts';

/**
 * Settles attempts. Answers those that count: not those whose lease was lost.
 * @param mayDisable `false` leaves out what follows for the endpoints, where that cannot be done
 */
export type SettleBatch = (
  batch: readonly AttemptResult[],
  mayDisable?: boolean,
) => Promise<readonly Settled[]>;

/**
 * Makes the function that settles a batch in one commit: the attempts, their deliveries, the endpoints' health, and which
 * endpoints are disabled by that, with the events and notifications that say so.
 */
export function createSettleBatch(parts: {
  readonly database: Database;
  readonly clock: Clock;
  readonly publisher: Pick<Publisher, 'publishWithin'>;
  readonly tellMember: TellMember;
  /** What else happens with the attempts that count. */
  readonly onAttempts: OnAttempts;
  readonly log: Logger;
}): SettleBatch {
  const { database, log } = parts;
  return async (batch, mayDisable = true) => {
    const { settled, disabled } = await transact(database.hotPath, async (tx) => {
      const settlements = batch.map(({ settlement }) => settlement);
      const { settled, health } = await settle(tx, settlements);
      const disabled: Disabling[] = [];
      if (mayDisable) {
        for (const disabling of endpointsToDisable(batch, settled, health)) {
          if (await disableAutomatically(tx, parts, disabling)) disabled.push(disabling);
        }
      }
      const attempts = settled.map(({ settlement }) => settlement);
      if (attempts.length > 0) await parts.onAttempts(tx, attempts);
      return { settled, disabled };
    });
    if (disabled.length > 0) database.wakeUps.signal();
    for (const { orgId, id, reason } of disabled) {
      log.warn(
        { org_id: publicId('organization', orgId), endpoint_id: publicId('endpoint', id), reason },
        'endpoint disabled',
      );
    }
    return settled;
  };
}
