/** What no caller should send around a body. */

/** Other spellings of an id, and what is none: nothing goes by them. */
export function misspelt(id: string): string[] {
  const [prefix = '', suffix = ''] = id.split('_');
  const otherKinds = ['evt', 'org', ''].filter((other) => other !== prefix);
  return [
    ...otherKinds.map((other) => `${other}_${suffix}`),
    ...[
      id.toUpperCase(),
      suffix,
      `${id}0`,
      id.slice(0, -1),
      `${prefix}_8${suffix.slice(1)}`,
      `${id} `,
      `${id}\0`,
    ],
    ...['00000000-0000-0000-0000-000000000000', 'null', '-1'],
  ].map(encodeURIComponent);
}

/** Pieces of a path, as they are written in the request line. */
export const pathPieces: readonly string[] = [
  ...'%00 a%00b % %ff %ed%a0%80 %2F .. %2e%2e ;a=b \' " \\ é %F0%9F%92%A3 __proto__ constructor'.split(' '),
  ...['x'.repeat(201), 'x'.repeat(600), 'x'.repeat(5_000)],
];

/** Queries that no route takes. */
export const queries: readonly string[] = [
  ...['0', '-1', '201', '1.5', 'abc', '', '99999999999999999999', '%00'].map((limit) => `limit=${limit}`),
  ...'limit=1&limit=2 limit[]=1 nonsense=1 __proto__=1 =1'.split(' '),
  ...'cursor= cursor=. cursor=a.b cursor=%00 cursor=a&cursor=b'.split(' '),
  `cursor=${'x'.repeat(513)}`,
];

/** A cursor, changed. */
export function alteredCursors(cursor: string): string[] {
  const [position = '', code = ''] = cursor.split('.');
  const elsewhere = Buffer.from('zzzz').toString('base64url');
  return [
    ...[cursor.slice(0, -1), `${cursor}A`, `${cursor}=`, `${cursor}!`, ` ${cursor}`, `=${cursor}`],
    ...[`${position}=.${code}`, `.${code}`, `${position}.`, `${elsewhere}.${code}`, `${cursor}.${code}`],
    ...[`${position}..${code}`, `${position.toLowerCase()}.${code}`, `${position}.${code.toLowerCase()}`],
  ].filter((altered) => altered !== cursor);
}

export const contentTypes: readonly string[] = [
  ...['', ';', 'text/plain', 'application/', 'application/jsonp', 'application/x-www-form-urlencoded'],
  'multipart/form-data; boundary=x',
];

export const contentEncodings: readonly string[] = ['gzip', 'br', 'gzip, gzip', 'identity'];

export const credentials: readonly string[] = [
  ...[
    '',
    'Bearer',
    'bearer x',
    'Basic Og==',
    'Bearer é',
    'Bearer x, Bearer y',
    `Bearer ${'x'.repeat(9_000)}`,
  ],
  ...[`Bearer sluice_${'z'.repeat(60)}`, `Bearer sluice_${'0'.repeat(60)}`],
];

export const idempotencyKeys: readonly string[] = [
  '',
  'é',
  '\u00ff',
  'a\tb',
  'x'.repeat(256),
  'x'.repeat(5_000),
];

/** Pages that are not there. */
export const pages: readonly string[] = [
  ...'// /v1 /v1/ /v1/nothing /nothing /docs/nothing /docs/static/nothing /docs/static/%00 /docs/static/a%00.svg'.split(
    ' ',
  ),
  ...'/docs/%2e%2e/%2e%2e/etc/passwd /docs/static/../../package.json /docs/static/..%2f..%2fpackage.json /.env'.split(
    ' ',
  ),
  ...[
    `/docs/static/${'x'.repeat(1_000)}`,
    '/docs/static/\\..\\..',
    '/HEALTHZ',
    '/healthz/',
    '/readyz%00',
    '/metrics/..',
  ],
];

function request(line: string, headers = '', body = ''): Buffer {
  return Buffer.from(`${line}\r\nhost: localhost\r\n${headers}\r\n${body}`, 'latin1');
}

const get = 'GET /v1/contracts HTTP/1.1';
const post = 'POST /v1/events HTTP/1.1';
const chunked = 'content-type: application/json\r\ntransfer-encoding: chunked\r\n';

/** Bytes that are not a request by HTTP's own rules, or one that nobody serves. */
export const malformedRequests: readonly (readonly [what: string, bytes: Uint8Array])[] = [
  ['no request at all', Buffer.from('hello\r\n\r\n')],
  ['a version that does not exist', request('GET /v1/contracts HTTP/9.9')],
  ['a method that does not exist', request('FETCH /v1/contracts HTTP/1.1')],
  ['a method that nothing has', request('TRACE /v1/contracts HTTP/1.1')],
  ['a method of WebDAV', request('PROPFIND /v1/contracts HTTP/1.1')],
  ['a method that this route has not', request('PUT /v1/contracts HTTP/1.1')],
  ['OPTIONS for the server', request('OPTIONS * HTTP/1.1')],
  ['a path that nothing has', request('GET /nothing HTTP/1.1')],
  ['a path without its slash', request('GET v1/contracts HTTP/1.1')],
  ['a path of percent signs', request('GET /%%% HTTP/1.1')],
  ['a path of slashes', request(`GET ${'/'.repeat(2_000)} HTTP/1.1`)],
  ['a path with a space', request('GET /v1/con tracts HTTP/1.1')],
  ['a path with a byte above ASCII', request('GET /v1/contracts/\u00ff HTTP/1.1')],
  ['a path of 20,000 bytes', request(`GET /${'x'.repeat(20_000)} HTTP/1.1`)],
  ['the preface of HTTP/2', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
  ['the first bytes of TLS', Buffer.from('1603010200010001fc03030d0a0d0a', 'hex')],
  ['no host', Buffer.from(`${get}\r\n\r\n`)],
  ['a header without a colon', request(get, 'nonsense\r\n')],
  ['a header name with a space', request(get, 'a b: c\r\n')],
  ['a header with NUL', request(get, 'a: b\0c\r\n')],
  ['a header with a bare return', request(get, 'a: b\rc\r\n')],
  ['headers of 20,000 bytes', request(get, `a: ${'x'.repeat(20_000)}\r\n`)],
  ['5,000 headers', request(get, 'h: x\r\n'.repeat(5_000))],
  ['a length that is no number', request(post, 'content-length: many\r\n')],
  ['a negative length', request(post, 'content-length: -1\r\n')],
  ['two lengths', request(post, 'content-length: 2\r\ncontent-length: 3\r\n', '{}')],
  ['a length and chunks', request(post, 'content-length: 2\r\ntransfer-encoding: chunked\r\n', '0\r\n\r\n')],
  ['a transfer encoding that does not exist', request(post, 'transfer-encoding: rot13\r\n', '{}')],
  ['a chunk size that is no number', request(post, chunked, 'zz\r\n{}\r\n0\r\n\r\n')],
  ['an expectation that nobody meets', request(get, 'expect: a miracle\r\n')],
];
