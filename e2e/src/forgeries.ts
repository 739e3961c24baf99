import { createHmac } from 'node:crypto';
import { type Contract, type Headers, type Message, sign } from '@sluice/contracts';

/** A request as it goes over the wire; a list where a header is sent more than once. */
export interface Request {
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Uint8Array;
}

/** As the contracts' library signs it: every header once. */
interface Signed {
  readonly headers: Headers;
  readonly body: Uint8Array;
}

export interface Probe extends Request {
  readonly name: string;
}

const encoder = new TextEncoder();
const data = encoder.encode('{"title":"caf\\u00e9 ☕","amount":1e131072,"list":[1, 2],"list":[ ]}');

/** Requests to one receiver: those that it must take, and those that it must not. */
export function probesOf(contract: Contract, secret: string, otherSecret: string) {
  const genuine = requestOf(contract, secret, 0);
  const fits = contract.toleranceSeconds;
  return {
    genuine: [
      { name: 'as it is', ...genuine },
      ...(fits === null ? [] : [requestAt(fits - 20), requestAt(20 - fits)]),
      ...(contract.secret.maxOverlapSeconds > 0 ? duringRotation(genuine, contract, otherSecret) : []),
    ],
    forged: [
      ...withOtherBody(genuine),
      { name: 'another secret', ...requestOf(contract, otherSecret, 0) },
      ...contract.requiredHeaders.flatMap((name) => withOtherHeader(genuine, name)),
      ...withOtherSignature(genuine, contract),
      ...(fits === null
        ? []
        : [requestAt(fits + 30), requestAt(-fits - 30), ...withOtherTime(contract, secret)]),
    ],
  };

  function requestAt(secondsAgo: number): Probe {
    return { name: `signed ${secondsAgo} s ago`, ...requestOf(contract, secret, secondsAgo) };
  }
}

function requestOf(contract: Contract, secret: string, secondsAgo: number): Signed {
  const message = messageOf(contract, secondsAgo);
  return { headers: sign(contract, message, [secret]), body: message.body };
}

function messageOf(contract: Contract, secondsAgo: number): Message {
  const at = new Date(Date.now() - secondsAgo * 1000);
  const event = { id: 'evt_1', type: 'task.task.create', data, occurredAt: at, organizationId: 'org_1' };
  return {
    event,
    deliveryId: 'dlv_1',
    deliveryUuid: '018bcfe5-6801-7270-8f5c-9d14c1a0d456',
    body: contract.encode(event),
    attemptedAt: at,
    roundStartedAt: at,
  };
}

/** The header with the signature is the last one that a receiver needs. */
function signatureHeader(contract: Contract): string {
  return contract.requiredHeaders.at(-1) ?? '';
}

function headerOf(request: Signed, name: string): string {
  return request.headers[name] ?? '';
}

function duringRotation(genuine: Signed, contract: Contract, other: string): Probe[] {
  const name = signatureHeader(contract);
  const good = headerOf(genuine, name);
  const unknown = headerOf(requestOf(contract, other, 0), name);
  const values = [`${unknown} ${good}`, `${good} ${unknown}`, `v1a,${'A'.repeat(86)}== ${good}`];
  return values.map((value) => ({
    name: `several signatures: ${value}`,
    ...genuine,
    headers: { ...genuine.headers, [name]: value },
  }));
}

function withOtherBody({ headers, body }: Signed): Probe[] {
  const changed = body.slice();
  changed[changed.length - 3] = (changed[changed.length - 3] ?? 0) ^ 1;
  const text = new TextDecoder().decode(body);
  const bodies: [string, Uint8Array][] = [
    ['one byte changed', changed],
    ['a line break added', encoder.encode(`${text}\n`)],
    ['parsed and written again', encoder.encode(JSON.stringify(JSON.parse(text)))],
    ['cut short', body.slice(0, -1)],
    ['empty', new Uint8Array()],
  ];
  return bodies.map(([name, other]) => ({ name: `body: ${name}`, headers, body: other }));
}

function withOtherHeader({ headers, body }: Signed, name: string): Probe[] {
  const { [name]: value = '', ...others } = headers;
  const values: [string, string | string[]][] = [
    ['twice', [value, value]],
    ['first sound, then junk', [value, 'junk']],
    ['first junk, then sound', ['junk', value]],
    ['junk behind', `${value}x`],
    ['a comma behind', `${value},`],
    ['another value behind', `${value} junk`],
    ['joined by a proxy', `${value}, ${value}`],
    ['junk before', `x${value}`],
    ['empty', ''],
    ['beyond ASCII', `${value.slice(0, -1)}\u00e9`],
  ];
  return [
    { name: `${name} left out`, headers: others, body },
    ...values.map(([kind, other]) => ({
      name: `${name}: ${kind}`,
      headers: { ...headers, [name]: other },
      body,
    })),
  ];
}

function withOtherSignature({ headers, body }: Signed, contract: Contract): Probe[] {
  const name = signatureHeader(contract);
  const value = headerOf({ headers, body }, name);
  const bare = value.replace(/^.*(?:v1|sha256)[=,]/, '');
  const values = [
    bare,
    value.replace(bare, ''),
    value.replace(bare, bare.slice(0, -2)),
    value.replace(bare, bare.toUpperCase()),
    value.replace(/(?:v1|sha256)(?=[=,])/, 'v0'),
    value.replace(bare, Buffer.from(bare).toString('hex')),
  ];
  return values.map((other) => ({ name: `${name}: ${other}`, headers: { ...headers, [name]: other }, body }));
}

/**
 * Times that only a lenient reader takes: those under which it finds the true time's signature, and those signed as
 * they are written, which it could never find too old.
 */
function withOtherTime(contract: Contract, secret: string): Probe[] {
  const message = messageOf(contract, 0);
  const { body } = message;
  const headers = sign(contract, message, [secret]);
  const [, time = ''] = /\b(1\d{9})\b/.exec(JSON.stringify(headers)) ?? [];
  const inHeaders = (given: Headers, text: string): Headers =>
    Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value.replace(time, text)]));
  const others = [
    `${time}abc`,
    `${time}.0`,
    `${time}e0`,
    `0${time}`,
    `+${time}`,
    `-${time}`,
    `0x${Number(time).toString(16)}`,
    'NaN',
    '',
  ];
  return others.flatMap((text) => [
    { name: `time: ${text}`, headers: inHeaders(headers, text), body },
    {
      name: `time, signed like that: ${text}`,
      headers: inHeaders({ ...headers, ...signedAs(text) }, text),
      body,
    },
  ]);

  function signedAs(text: string): Headers {
    const { key, content } = contract.signatureInput(message, secret);
    const hmac = createHmac('sha256', key);
    for (const part of content) {
      hmac.update(part === body ? part : new TextDecoder().decode(part).replace(time, text));
    }
    return contract.signatureHeaders(message, [hmac.digest()]);
  }
}
