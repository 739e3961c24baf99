import { SluiceError } from '../base/errors.ts';
import type { Queries } from '../db/connect.ts';
import type { DeliveryName } from '../deliveries/changes.ts';
import { cancelHeld, type Release, releaseHeld } from '../deliveries/held.ts';
import { type AcceptTools, readState } from './accept.ts';

/** Ends the wait of held deliveries, in the transaction that decides about them. */
export async function endHolds(
  tx: Queries,
  ends: { readonly released: readonly Release[]; readonly cancelled: readonly DeliveryName[] },
): Promise<void> {
  await releaseHeld(tx, ends.released);
  await cancelHeld(tx, ends.cancelled);
}

/** As much as a publisher may send. */
const dataLimit = 262_144;

/**
 * Checks data that is to go out instead of an event's own.
 * @param pointer where in the request it is
 * @throws {SluiceError} invalid_event_data, payload_too_large
 * @throws {UndecidedError}
 */
export async function checkRevisedData(
  tx: Queries,
  tools: AcceptTools,
  orgId: string,
  revised: { readonly type: string; readonly data: string; readonly pointer: string },
): Promise<void> {
  const { type, data, pointer } = revised;
  const length = Buffer.byteLength(data);
  if (length > dataLimit) {
    throw new SluiceError('payload_too_large', `The data has ${length} bytes; ${dataLimit} are allowed.`, {
      errors: [{ pointer, detail: 'too large' }],
    });
  }
  const value: unknown = JSON.parse(data);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const schema = (await readState(tx, tools, [orgId])).catalogues.get(orgId)?.schemaOf(type);
  const verdict =
    isObject && schema ? tools.schemas.verdict(orgId, { schema, data, whetherOnly: false }) : null;
  const errors = isObject ? (verdict?.errors ?? []) : [{ pointer: '', detail: 'must be an object' }];
  if (errors.length === 0) return;
  throw new SluiceError('invalid_event_data', errors[0]?.detail ?? '', {
    errors: errors.map((error) => ({ ...error, pointer: `${pointer}${error.pointer}` })),
  });
}
