import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

/**
 * Encrypts secrets at rest: AES-256-GCM with the master key. The purpose is authenticated as additional data, so that a
 * sealed text that is moved to another row or column cannot be opened there. The text begins with a fingerprint of its
 * key: while a master key is being replaced, the older key still opens what it has sealed.
 */
export interface Sealer {
  seal(plain: string, purpose: string): string;
  /** @throws {Error} where the text was sealed with an unknown key or for another purpose, or was changed */
  open(sealed: string, purpose: string): string;
  /** Whether a text was sealed with one of the present master keys. */
  knowsKeyOf(sealed: string): boolean;
  /** The beginnings of texts that were sealed with one of the older keys. */
  readonly olderPrefixes: readonly string[];
  /** A MAC of 9 bytes in base64url, for texts that clients hand back, such as cursors. */
  authenticate(text: string): string;
  isAuthentic(text: string, code: string): boolean;
}

/** @param masterKeys 32 bytes each, newest first: the newest one seals, and all of them open */
export function createSealer(masterKeys: readonly Uint8Array[]): Sealer {
  const keys = masterKeys.map((key) => ({
    key,
    prefix: `1.${createHash('sha256').update(key).digest('hex').slice(0, 8)}.`,
  }));
  const newest = keys[0];
  if (!newest) throw new Error('A sealer needs at least one master key.');

  function keyOf(sealed: string) {
    return keys.find(({ prefix }) => sealed.startsWith(prefix));
  }

  function codes(text: string): Buffer[] {
    return keys.map(({ key }) =>
      createHmac('sha256', key).update(`authenticate\0${text}`).digest().subarray(0, 9),
    );
  }

  return {
    seal(plain, purpose) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', newest.key, nonce).setAAD(Buffer.from(purpose));
      const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return newest.prefix + Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
    },
    open(sealed, purpose) {
      const found = keyOf(sealed);
      if (!found)
        throw new Error(
          `The text was sealed with master key ${sealed.split('.')[1] ?? '?'}, which is not here.`,
        );
      const bytes = Buffer.from(sealed.slice(found.prefix.length), 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', found.key, bytes.subarray(0, 12)).setAAD(
        Buffer.from(purpose),
      );
      decipher.setAuthTag(bytes.subarray(12, 28));
      return decipher.update(bytes.subarray(28), undefined, 'utf8') + decipher.final('utf8');
    },
    knowsKeyOf: (sealed) => keyOf(sealed) !== undefined,
    olderPrefixes: keys.slice(1).map(({ prefix }) => prefix),
    authenticate(text) {
      return codes(text)[0]?.toString('base64url') ?? '';
    },
    isAuthentic(text, code) {
      const given = Buffer.from(code, 'base64url');
      return codes(text).some(
        (expected) => expected.length === given.length && timingSafeEqual(expected, given),
      );
    },
  };
}
