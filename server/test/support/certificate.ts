import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface CertifiedKey {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateRequest {
  /** A DNS name that it is for; left out for an authority. */
  readonly host?: string;
  readonly from?: Date;
  readonly until?: Date;
  /** Who signs it; itself, if left out. */
  readonly issuer?: CertifiedKey;
}

/** An X.509 certificate with a new P-256 key: just enough DER for tests of TLS. */
export function makeCertificate({ host, from, until, issuer }: CertificateRequest): CertifiedKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const day = 86_400_000;
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    issuer || host === undefined ? name('Test authority') : name(host),
    sequence(time(from ?? new Date(Date.now() - day)), time(until ?? new Date(Date.now() + day))),
    name(host ?? 'Test authority'),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(host === undefined ? authority : alternativeName(host))),
  );
  const signer: KeyObject = issuer ? createPrivateKey(issuer.key) : privateKey;
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', body, signer)]));
  const whole = sequence(body, ecdsaWithSha256, signature).toString('base64').replaceAll(/.{64}/g, '$&\n');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${whole}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function tagged(tag: number, content: Buffer): Buffer {
  return der(tag, content);
}

function integer(bytes: Buffer): Buffer {
  return der(0x02, bytes);
}

function time(at: Date): Buffer {
  return der(0x18, Buffer.from(`${at.toISOString().replaceAll(/[-:T]|\.\d{3}/g, '')}`));
}

function name(common: string): Buffer {
  const attribute = sequence(oid('550403'), der(0x0c, Buffer.from(common)));
  return sequence(der(0x31, attribute));
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function alternativeName(host: string): Buffer {
  return sequence(oid('551d11'), der(0x04, sequence(der(0x82, Buffer.from(host)))));
}

const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
/** Basic constraints: an authority. */
const authority = sequence(
  oid('551d13'),
  der(0x01, Buffer.from([0xff])),
  der(0x04, sequence(der(0x01, Buffer.from([0xff])))),
);
