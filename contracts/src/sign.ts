import type { Contract, Headers, Message, Signatures } from './contract.ts';
import { hmac, hmacSync } from './hmac.ts';

/**
 * All headers of one attempt, signatures included. The sender calls it for each attempt: it is synchronous, and reads
 * the body without copying it.
 *
 * @param secrets the current ones, newest first; where a replaced secret stops at once, only the first one signs.
 * @throws TypeError without a secret, or with one that is not of the contract's format.
 * @throws Error where the runtime has no Node crypto; use `signAsync` there.
 */
export function sign(contract: Contract, message: Message, secrets: readonly string[]): Headers {
  const [newest, ...older] = signingSecrets(contract, secrets);
  const one = (secret: string) => {
    const signature = hmacSync(contract.signatureInput(message, secret));
    if (signature === null) throw new Error('sign needs Node crypto; this runtime has none: use signAsync');
    return signature;
  };
  return withSignatures(contract, message, [one(newest), ...older.map(one)]);
}

/**
 * All headers of one attempt, signatures included, in every JavaScript runtime.
 *
 * @param secrets the current ones, newest first; where a replaced secret stops at once, only the first one signs.
 * @throws TypeError without a secret, or with one that is not of the contract's format.
 */
export async function signAsync(
  contract: Contract,
  message: Message,
  secrets: readonly string[],
): Promise<Headers> {
  const [newest, ...older] = signingSecrets(contract, secrets);
  const one = (secret: string) => hmac(contract.signatureInput(message, secret));
  return withSignatures(contract, message, [await one(newest), ...(await Promise.all(older.map(one)))]);
}

function signingSecrets(contract: Contract, secrets: readonly string[]): readonly [string, ...string[]] {
  const [newest, ...older] = secrets;
  if (newest === undefined) throw new TypeError(`${contract.name}: signing needs at least one secret`);
  return contract.secret.maxOverlapSeconds === 0 ? [newest] : [newest, ...older];
}

function withSignatures(contract: Contract, message: Message, signatures: Signatures): Headers {
  return { ...contract.headers(message), ...contract.signatureHeaders(message, signatures) };
}
