import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

/**
 * Keeps secrets unreadable at rest: AES-256-GCM under the master key, bound to a purpose, so that a sealed text moved
 * to another row or column does not open. The text names its key by fingerprint: while a master key is being replaced
 * the old one still opens what it sealed.
 */
export interface Sealer {
  seal(plain: string, purpose: string): string;
  /** @throws when it was sealed under an unknown key, for another purpose, or was changed */
  open(sealed: string, purpose: string): string;
  /** Whether it was sealed under a key that is still here. */
  knowsKeyOf(sealed: string): boolean;
  /** How texts begin that were sealed under one of the older keys. */
  readonly olderPrefixes: readonly string[];
  /** A short code that only holders of a master key can make: for texts that go out and come back, such as cursors. */
  authenticate(text: string): string;
  isAuthentic(text: string, code: string): boolean;
}

/** @param masterKeys 32 bytes each, newest first; the newest seals, all of them open */
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
        throw new Error(`Nothing opens this: it was sealed under master key ${sealed.split('.')[1] ?? '?'}.`);
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
