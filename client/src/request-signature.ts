/** What a signature covers besides its time. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query as they are sent. */
  readonly path: string;
  readonly content: string | Uint8Array;
}

/**
 * The value of `X-FB-Signature`: `t=<unix seconds>,v1=<hex>`, HMAC-SHA256 with the API key over
 * `{t}.{METHOD}.{path and query}.{body}`. It is good for 300 seconds, so that each try needs one of its own.
 *
 * @param now milliseconds since 1970
 */
export async function requestSignature(key: string, request: SignedRequest, now: number): Promise<string> {
  const { subtle } = globalThis.crypto;
  const utf8 = new TextEncoder();
  const seconds = Math.floor(now / 1000);
  const { content } = request;
  const signed = Uint8Array.from([
    ...utf8.encode(`${seconds}.${request.method}.${request.path}.`),
    ...(typeof content === 'string' ? utf8.encode(content) : content),
  ]);
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const hmacKey = await subtle.importKey('raw', utf8.encode(key), algorithm, false, ['sign']);
  const digest = new Uint8Array(await subtle.sign(algorithm, hmacKey, signed));
  return `t=${seconds},v1=${Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
