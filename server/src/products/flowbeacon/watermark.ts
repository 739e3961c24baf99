import { SluiceError } from '../../base/errors.ts';
import type { Sealer } from '../../base/seal.ts';

const form = /^wm_([A-Za-z0-9_-]{8})([A-Za-z0-9_-]{12})$/;
const numberBytes = 6;

/** The number of a change as customers see it: opaque, good for one organization, and not to be made up. */
export function writeWatermark(sealer: Sealer, orgId: string, change: number): string {
  const bytes = Buffer.alloc(numberBytes);
  bytes.writeUIntBE(change, 0, numberBytes);
  return `wm_${bytes.toString('base64url')}${sealer.authenticate(purpose(orgId, change))}`;
}

/** @throws {SluiceError} invalid_cursor */
export function readWatermark(sealer: Sealer, orgId: string, text: string): number {
  const [, number, code] = form.exec(text) ?? [];
  if (number !== undefined && code !== undefined) {
    const change = Buffer.from(number, 'base64url').readUIntBE(0, numberBytes);
    if (sealer.isAuthentic(purpose(orgId, change), code)) return change;
  }
  throw new SluiceError('invalid_cursor', 'This is no watermark of this organization.', {
    errors: [{ pointer: '?since', detail: 'not a watermark of this organization' }],
  });
}

function purpose(orgId: string, change: number): string {
  return `watermark ${orgId} ${change}`;
}
