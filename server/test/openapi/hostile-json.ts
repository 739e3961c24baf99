import { gzipSync } from 'node:zlib';

/** What no caller should send in a body. One line in `refusedByName` for each new name that has a form of its own. */

const rawMark = '\u{f0000}';

/** JSON text that goes into a body as it is: numbers that JavaScript has no value for. */
function raw(json: string): string {
  return `${rawMark}${json}${rawMark}`;
}

export function toJson(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return text.replaceAll(new RegExp(`"${rawMark}([^${rawMark}]*)${rawMark}"`, 'gu'), '$1');
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** Texts that are trouble in HTTP, SQL, HTML, URLs, logs or JavaScript. */
const texts = [
  ...[
    '',
    ' ',
    '\0',
    'a\0b',
    '\ud800',
    'a\udfff',
    '\u202e',
    '\ufeff',
    '\r\nx-injected: 1',
    "'; drop table events; --",
  ],
  ...'0 null * %00 ../.. <script>alert(1)</script> $1 __proto__ constructor toString'.split(' '),
  ...['x'.repeat(300), 'x'.repeat(70_000), '\u{1f4a3}'.repeat(5_000)],
];

/** Values that are wrong in most places. */
export const values: readonly unknown[] = [
  ...texts,
  ...[null, true, 0, -1, 1.5, 2 ** 53, [], {}, [null], [[]]],
  ...'1e400 -1e400 1e-400 -0 123456789012345678901234567890 0.1e1'.split(' ').map(raw),
  ...[JSON.parse('{"__proto__":{"a":1}}'), { constructor: { prototype: {} } }],
  ...[{ '': '' }, { '\0': 1 }, { '\ud800': 1 }, { 'a\nb': {} }],
  ...[nested(33), nested(499), nested(700), times(5_000, () => 0)],
];

/** Dates that do not exist or are written otherwise. */
const noTimes = [
  ...['', 5, 'soon', '2999-01-01', 'T00:00:00Z', '2999-02-30T00:00:00Z', '2999-13-01T00:00:00Z'],
  ...['10000-01-01T00:00:00Z', '-000001-01-01T00:00:00Z', '2999-01-01T00:00:00', '2999-01-01T25:00:00Z'],
];

const noIds = [
  ...['', 'x', 5, {}, 'evt_x', '01jd8r5w3kfq5bz0p2v6x7y8z9', '00000000-0000-0000-0000-000000000000'],
  ...['org_01jd8r5w3kfq5bz0p2v6x7y8z9', '_01jd8r5w3kfq5bz0p2v6x7y8z9'],
];

/** Values that a member of this name takes on one route, though nowhere else: nothing, and links that only people follow. */
export const takenByRoute: Readonly<Record<string, readonly unknown[]>> = {
  'POST /v1/notifications': [null, 'http://169.254.169.254/', 'https://10.0.0.1/', 'https://[fe80::1]/'],
};

/** Values that a member of this name never takes, though its type may be right. */
export const refusedByName: Readonly<Record<string, readonly unknown[]>> = {
  url: [
    ...'x /hook http:// https:// //example.com javascript:alert(1) data:text/html,x ftp://example.com/'.split(
      ' ',
    ),
    ...'file:///etc/passwd http://[::1 http://example.com:99999/ http://%00/ http://169.254.169.254/'.split(
      ' ',
    ),
    ...'https://10.0.0.1/ https://[fe80::1]/ https://user:password@example.com/'.split(' '),
    ...['', 'http://exa mple.com/', 'https://a\0b.example/', `https://example.com/${'x'.repeat(2_100)}`, 5],
  ],
  headers: [
    ...['', 'bad name', 'x:y', 'x\r\ny', 'x\n', 'x\0', 'é', '(', 'x'.repeat(65)].map((name) => ({
      [name]: 'x',
    })),
    ...'Host content-length Transfer-Encoding connection Webhook-Id webhook-signature Content-Type User-Agent TE Cookie'
      .split(' ')
      .map((name) => ({ [name]: 'x' })),
    ...['a\r\nb', '\0', 'é', '\u007f', '\ud800', 'x'.repeat(1_025), 5, null, ['x'], {}].map((value) => ({
      'x-a': value,
    })),
    { 'x-a': '1', 'X-A': '2' },
    Object.fromEntries(times(21, (index) => [`x-${index}`, 'x'])),
  ],
  secret: [
    ...['', 'x', 'whsec_', 'whsec_!!!!', `whsec_${'A'.repeat(20)}`, `whsec_${'A'.repeat(255)}`],
    ...[` whsec_${'A'.repeat(43)}=`, 'é'.repeat(40), '\0'.repeat(40), 5],
  ],
  contract: ['', 'nope', 'Standard', '__proto__', 'constructor', 'standard\0', 5],
  preset: ['', 'nope', '__proto__', 'constructor', 5],
  events: [
    [],
    ['**'],
    ['a.*.b'],
    ['.a'],
    ['A'],
    ['a..b'],
    ['*.a'],
    ['a\n'],
    ['a'.repeat(131)],
    [5],
    'x',
    times(501, () => '*'),
  ],
  metadata: [
    [],
    'x',
    { a: 1 },
    { a: null },
    { a: {} },
    { a: 'x'.repeat(513) },
    { ['k'.repeat(65)]: 'x' },
    { '': 'x' },
    { 'a\nb': {} },
    { 'a\nb': 'x' },
  ],
  access: [
    [],
    'x',
    { crm: 'admin' },
    { CRM: 'read' },
    { CRM: {} },
    { '': 'read' },
    { 'a b': 5 },
    { 'a\nb': {} },
    { ['m'.repeat(65)]: 'read' },
  ],
  scopes: [
    [],
    [''],
    ['nope'],
    ['events:nope'],
    ['*:*'],
    ['*:read'],
    [':'],
    ['__proto__'],
    ['constructor:*'],
    [5],
    'x',
  ],
  role: ['', 'root', 'OWNER', 5, null],
  roles: [['nope'], [5], 'x'],
  members: [['x'], ['evt_01jd8r5w3kfq5bz0p2v6x7y8z9'], [''], [5], 'x', {}],
  expires_at: [...noTimes, '2020-01-01T00:00:00Z'],
  starts_at: [...noTimes, '2020-01-01T00:00:00Z'],
  deliver_at: [...noTimes, '9999-12-31T23:59:59Z'],
  occurred_at: [...noTimes, '0000-01-01T00:00:00Z'],
  time_zone: ['', 'Mars/Phobos', '+99:99', 'Europe/Berlin\0', '../UTC', 'x'.repeat(65), 5],
  to: [{}, [], 'everyone', { everyone: false }, { members: [] }, { roles: ['nope'] }, { nobody: true }],
  cron: ['', '* * * *', '60 * * * *', '* * * * * *', '@daily', '* * 31 2 *', 'x'.repeat(300), '\0', 5],
  slug: ['', '-a', 'a-', 'A', 'ä', 'a_b', 'a.b', 'a b', 'a\n', 'a'.repeat(64), 5],
  email: ['', 'x', '@', 'a@', '@b', 'a b@c.de', 'a@b.c\r\nBcc: d@e.f', `${'a'.repeat(250)}@b.cd`, 5],
  type: ['', '.', 'A', 'a b', 'a..b', 'a.', '.a', 'a\n', 'é', 'a'.repeat(129), 5],
  // 256 KiB and a byte.
  data: [null, [], 'x', 5, true, { a: 'x'.repeat(262_137) }],
  schema: [
    ...[
      [],
      'x',
      5,
      { type: 'nope' },
      { type: 5 },
      { properties: 5 },
      { required: 'a' },
      { minimum: 'a' },
      { enum: 5 },
    ],
    ...[
      { maximum: raw('1e400') },
      { pattern: '(' },
      { pattern: '(?=a)' },
      { $schema: 'https://example.com/schema' },
    ],
    ...[
      { $ref: 'https://example.com/x.json' },
      { $ref: '#/nope' },
      { items: { $ref: 'file:///etc/passwd' } },
    ],
    ...[
      { $async: true },
      { $defs: { a: { $async: true, $ref: '#' } }, properties: { b: { $ref: '#/$defs/a' } } },
    ],
  ],
  example: [[], 'x', 5, { a: raw('1e400') }],
  endpoint_id: noIds,
  id: ['', ' ', 'a b', 'a/b', 'é', 'a\0', 'x'.repeat(129), 5, null],
  rate_limit: [0, -1, 10_001, 1.5, '5', raw('1e400')],
  retry_delays: [[0], [-1], [86_401], [1.5], ['5'], times(21, () => 5), 5],
  timeout_seconds: [0, -1, 61, 1.5, '5', raw('1e400')],
  overlap_seconds: [-1, 1.5, 31_536_001, '5', raw('1e400')],
};

const buffers = (written: readonly string[]) => written.map((text) => Buffer.from(text));

/** Bodies that nobody can read in one way only: not JSON, not UTF-8, a key twice, or nested without end. */
export function unreadable(sample: string): Uint8Array[] {
  const firstKey = /^\{("(?:[^"\\]|\\.)*")/.exec(sample)?.[1] ?? '"a"';
  const open = sample === '{}' ? '{"a":0' : sample.slice(0, -1);
  const written = [
    ...'{ [1,2 nul {a:1} [1,] {"a":1,} 01 .5 NaN "\\u12" // {"a":1e999999999}'.split(' '),
    ...["{'a':1}", '"\u0001"', `${sample}x`, `${sample}${sample}`, `${sample}\0`, `\ufeff${sample}`, open],
    ...[`${open},${firstKey}:null}`, `${open},"\\u0061":1,"a":1}`, '{"\\u0000":0}', '{"\\ud800":0}'],
    `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`,
  ];
  const units = [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]];
  const notUtf8 = units.map((unit) =>
    Buffer.concat([Buffer.from(`${open},"x":"`), Buffer.from(unit), Buffer.from('"}')]),
  );
  return [...buffers(written), ...notUtf8, Buffer.from(sample, 'utf16le'), gzipSync(sample)];
}

/**
 * JSON, but nothing that a route takes.
 * @param open whether it takes members that its schema does not name, as records do
 */
export function unwanted(sample: string, open: boolean): Uint8Array[] {
  const more = `${sample.slice(0, -1)},"nonsense":1}`;
  return buffers([...'[] null 1 true "x" {"__proto__":{}} {"":0}'.split(' '), ...(open ? [] : [more])]);
}

/** What a careless parser would spend a stack, a second or a gigabyte on. */
export const heavy: readonly Uint8Array[] = buffers([
  '['.repeat(100_000),
  `{"a":${'['.repeat(60_000)}${']'.repeat(60_000)}}`,
  `{"type":"a","data":{"a":${'['.repeat(60_000)}${']'.repeat(60_000)}}}`,
  '{"a":'.repeat(25_000),
  `{"a":${'9'.repeat(100_000)}}`,
  `[${'0,'.repeat(60_000)}0]`,
  `{${times(8_000, (index) => `"k${index}":0`).join(',')}}`,
]);
