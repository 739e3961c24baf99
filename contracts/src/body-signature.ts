import type { Contract } from './contract.ts';
import { decodeHex, encodeHex } from './encodings.ts';

type BodySignature = Pick<
  Contract,
  'signatureInput' | 'signatureHeaders' | 'requiredHeaders' | 'readClaim' | 'toleranceSeconds'
>;

const HEX_LENGTH = 64;

/**
 * The simplest signature: one header with a prefix and the lower-case hex HMAC-SHA256 of the raw body. No time is
 * signed, so a receiver recognizes a replayed request only by remembering delivery ids.
 *
 * @param prefix such as `sha256=`.
 * @param key returns the key bytes of a secret; may throw TypeError for one of another format.
 */
export function bodySignature(
  headerName: string,
  prefix: string,
  key: (secret: string) => Uint8Array,
): BodySignature {
  return {
    requiredHeaders: [headerName],
    signatureInput: (message, secret) => ({ key: key(secret), content: [message.body] }),
    signatureHeaders: (_message, [signature]) => ({ [headerName]: prefix + encodeHex(signature) }),
    readClaim(header, body) {
      const value = header(headerName);
      const hex = value.slice(prefix.length);
      const signature = decodeHex(hex);
      if (!value.startsWith(prefix) || hex.length !== HEX_LENGTH || signature === null) {
        return { malformed: `${headerName} must be "${prefix}" and ${HEX_LENGTH} lower-case hex characters` };
      }
      return {
        signatures: [signature],
        timestamp: null,
        signatureInput: (secret) => ({ key: key(secret), content: [body] }),
      };
    },
    toleranceSeconds: null,
  };
}
