/**
 * HMAC-SHA256 in every JavaScript runtime: by Node's crypto, which is synchronous, where it exists, otherwise by Web
 * Crypto. Nothing is imported, so that bundlers for browsers and edge runtimes find nothing that they lack.
 */
import type { SignatureInput } from './contract.ts';
import { joined } from './envelope.ts';

interface NodeHmac {
  update(bytes: Uint8Array): NodeHmac;
  digest(): Uint8Array;
}
interface NodeCrypto {
  createHmac(algorithm: 'sha256', key: Uint8Array): NodeHmac;
}
interface Host {
  readonly crypto: unknown;
  readonly process?: { getBuiltinModule?(name: 'node:crypto'): NodeCrypto | undefined };
}

const host: Host = globalThis;
const nodeCrypto = host.process?.getBuiltinModule?.('node:crypto');

/** The 32 bytes of the HMAC; `null` where the runtime has no Node crypto. */
export function hmacSync(input: SignatureInput): Uint8Array | null {
  if (nodeCrypto === undefined) return null;
  const hmac = nodeCrypto.createHmac('sha256', input.key);
  for (const part of input.content) hmac.update(part);
  return hmac.digest();
}

/** The 32 bytes of the HMAC. */
export async function hmac(input: SignatureInput): Promise<Uint8Array> {
  return hmacSync(input) ?? webHmac(input);
}

async function webHmac(input: SignatureInput): Promise<Uint8Array> {
  const { subtle } = globalThis.crypto;
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await subtle.importKey('raw', joined([input.key]), algorithm, false, ['sign']);
  return new Uint8Array(await subtle.sign(algorithm, key, joined(input.content)));
}

/** Whether the bytes are equal. The time tells nothing about the position of a difference. */
export function equalInConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}
