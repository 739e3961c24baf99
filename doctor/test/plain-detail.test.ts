import { expect, test } from 'vitest';
import { plainDetail } from '../src/plain-detail.ts';

/** As Node and undici say it, with and without the code in front. */
test.each([
  ['ECONNREFUSED connect ECONNREFUSED 127.0.0.1:9', 'connection refused'],
  ['connect ECONNREFUSED ::1:9', 'connection refused'],
  ['ECONNRESET socket hang up', 'connection closed'],
  ['other side closed', 'connection closed'],
  ['connect EHOSTUNREACH 10.0.0.1:443', 'host unreachable'],
  ['CERT_HAS_EXPIRED certificate has expired', 'TLS certificate expired'],
  ['certificate has expired', 'TLS certificate expired'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT self-signed certificate', 'TLS certificate is self-signed'],
  ['self-signed certificate in certificate chain', 'TLS certificate is self-signed'],
  [
    "ERR_TLS_CERT_ALTNAME_INVALID Hostname/IP does not match certificate's altnames: Host: a.example.",
    'TLS certificate is for another name',
  ],
  ['unable to verify the first certificate', 'TLS certificate chain is incomplete'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'TLS certificate chain is incomplete'],
  ['EPROTO write EPROTO 40:error:0A00010B:SSL routines::wrong version number', 'no TLS on this port'],
  ['ENOTFOUND getaddrinfo ENOTFOUND receiver.invalid', 'host name not found'],
  ['receiver.invalid: ENODATA', 'host name not found'],
  ['something else', 'something else'],
])('%s: %s', (detail, plain) => {
  expect(plainDetail(detail)).toBe(plain);
});
