import { createHmac, timingSafeEqual } from 'node:crypto';
import { flowbeacon } from '@sluice/contracts';
import { SluiceError } from '../../base/errors.ts';

export interface SignedRequest {
  readonly method: string;
  /** Path and query as they were received. */
  readonly path: string;
  readonly body: Uint8Array;
}

/** Seconds by which `t` may differ from now, either way. */
const tolerance = 300;
const headerName = 'X-FB-Signature';

/**
 * Checks `X-FB-Signature: t=<unix>,v1=<hex>`: HMAC-SHA256 with the API key over `{t}.{METHOD}.{path and query}.{body}`.
 * @param now milliseconds since 1970
 * @throws {SluiceError} bad_signature
 */
export function checkRequestSignature(
  request: SignedRequest,
  header: string | undefined,
  key: string,
  now: number,
): void {
  if (header === undefined) throw refused(`The header ${headerName} is missing.`);
  // Written as in deliveries; only what is signed differs.
  const claim = flowbeacon.readClaim(() => header, request.body);
  if ('malformed' in claim) throw refused(claim.malformed);
  const { timestamp, signatures } = claim;
  if (timestamp === null || Math.abs(now / 1000 - timestamp) > tolerance)
    throw refused(`t is more than ${tolerance} seconds away from now.`);
  const expected = createHmac('sha256', key)
    .update(`${timestamp}.${request.method}.${request.path}.`)
    .update(request.body)
    .digest();
  const matches = signatures.some(
    (signature) => signature.length === expected.length && timingSafeEqual(signature, expected),
  );
  if (!matches) throw refused('v1 is not the signature of this request with this key.');
}

function refused(detail: string): SluiceError {
  return new SluiceError('bad_signature', detail, {
    errors: [{ pointer: `header:${headerName}`, detail }],
  });
}
