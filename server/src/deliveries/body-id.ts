import { createHash } from 'node:crypto';
import { firstIdAt, timeOfId } from '../base/ids.ts';

/**
 * A body's id says what is in it, for whose eyes it was made, and lies in its event's day, so equal bodies meet in one
 * row.
 *
 * @param projection of the endpoint, as it is stored
 */
export function bodyIdOf(eventId: string, bytes: Uint8Array, projection: string | null): string {
  const digest = createHash('sha256')
    .update(eventId)
    .update(projection ?? '')
    .update(bytes)
    .digest('hex');
  return `${firstIdAt(timeOfId(eventId)).slice(0, 13)}-7${digest.slice(0, 3)}-8${digest.slice(3, 6)}-${digest.slice(6, 18)}`;
}
