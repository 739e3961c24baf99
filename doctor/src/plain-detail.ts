const details: readonly (readonly [RegExp, string])[] = [
  [/ECONNREFUSED/, 'connection refused'],
  [/ECONNRESET|socket hang up|other side closed/i, 'connection closed'],
  [/EHOSTUNREACH|ENETUNREACH/, 'host unreachable'],
  [/CERT_HAS_EXPIRED|certificate has expired/i, 'TLS certificate expired'],
  [/SELF_SIGNED|self.signed/i, 'TLS certificate is self-signed'],
  [/ALTNAME|does not match certificate/i, 'TLS certificate is for another name'],
  [/UNABLE_TO_(?:VERIFY|GET_ISSUER)|unable to (?:verify|get)/i, 'TLS certificate chain is incomplete'],
  [/WRONG_VERSION_NUMBER|wrong version number|packet length too long/i, 'no TLS on this port'],
  [/ENOTFOUND|ENODATA|EAI_AGAIN/, 'host name not found'],
];

/** An error message of sockets, TLS or DNS in plain words; unchanged where it is none of the usual ones. */
export function plainDetail(detail: string): string {
  return details.find(([form]) => form.test(detail))?.[1] ?? detail;
}
