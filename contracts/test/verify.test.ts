import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contracts, flowxtra, sign, standard, verify } from '../src/index.ts';
import { text } from './bytes.ts';
import { message, NOW, secretOf } from './messages.ts';

const secret = secretOf(standard);
const sent = message(standard);
const headers = sign(standard, sent, [secret]);
const entries = Object.entries(headers);
const request = { headers, body: sent.body, secret, now: NOW };

describe('headers may be', () => {
  test.each([
    ['a record', headers],
    [
      'a record in lower case',
      Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value])),
    ],
    ['a record with lists', Object.fromEntries(entries.map(([name, value]) => [name, [value]]))],
    ['a record with holes', { ...headers, cookie: undefined, 'set-cookie': ['a', 'b'] }],
    ['a record without prototype', Object.assign(Object.create(null), headers)],
    ['WHATWG Headers', new Headers(headers)],
    ['a Map', new Map(entries)],
    ['pairs', entries],
    ['an iterator', new Map(entries).entries()],
  ])('%s', async (_, shape) => {
    expect(await verify(standard, { ...request, headers: shape })).toEqual({
      ok: true,
      timestamp: Math.floor(NOW.getTime() / 1000),
      deliveryId: 'dlv_1',
    });
  });
});

describe('a header sent twice is refused', () => {
  const duplicated = new Headers(headers);
  duplicated.append('webhook-timestamp', headers['webhook-timestamp'] ?? '');
  test.each([
    ['in a list', { ...headers, 'webhook-id': ['dlv_1', 'dlv_1'] }],
    ['in two cases', { ...headers, 'Webhook-Id': 'dlv_1' }],
    ['in pairs', [...entries, ['WEBHOOK-SIGNATURE', headers['webhook-signature']] as const]],
    ['joined by Headers', duplicated],
  ])('%s', async (_, shape) => {
    expect(await verify(standard, { ...request, headers: shape })).toMatchObject({
      failure: 'malformed_header',
    });
  });

  test('and an empty list is a missing one', async () => {
    const shape = { ...headers, 'webhook-id': [] };
    expect(await verify(standard, { ...request, headers: shape })).toMatchObject({
      failure: 'missing_header',
    });
  });
});

test('an unsigned delivery id that is not one value is not told', async () => {
  const key = secretOf(flowxtra);
  const delivery = message(flowxtra);
  const signed = sign(flowxtra, delivery, [key]);
  const twice = { ...signed, 'X-Flowxtra-Delivery': ['a', 'b'] };
  const check = (shape: typeof twice | typeof signed) =>
    verify(flowxtra, { headers: shape, body: delivery.body, secret: key });
  expect(await check(signed)).toEqual({ ok: true, timestamp: null, deliveryId: delivery.deliveryUuid });
  expect(await check(twice)).toEqual({ ok: true, timestamp: null, deliveryId: null });
});

describe('the body', () => {
  test('may be its exact text', async () => {
    expect(await verify(standard, { ...request, body: text(sent.body) })).toMatchObject({ ok: true });
  });

  test('may be a view into a larger buffer', async () => {
    const pool = Buffer.concat([Buffer.from('xx'), sent.body, Buffer.from('yy')]);
    expect(await verify(standard, { ...request, body: pool.subarray(2, -2) })).toMatchObject({ ok: true });
  });

  test.each([{ a: 1 }, null, undefined, [1], 7])(
    'that was parsed already (%j) is a mistake of the receiver',
    async (parsed) => {
      const body: never = parsed as never;
      await expect(verify(standard, { ...request, body })).rejects.toThrow(/raw bytes/);
    },
  );

  test('written anew by JSON is another body', async () => {
    const spaced = message(standard, 'webhook.test', '{ "a": 1.0 }');
    const signed = sign(standard, spaced, [secret]);
    const body = JSON.stringify(JSON.parse(text(spaced.body)));
    expect(await verify(standard, { ...request, headers: signed, body })).toMatchObject({
      failure: 'bad_signature',
    });
  });
});

describe('secrets', () => {
  test('that are missing or unsound are a mistake of the receiver', async () => {
    await expect(verify(standard, { ...request, secret: [] })).rejects.toThrow(TypeError);
    await expect(verify(standard, { ...request, secret: [secret, 'whsec_short'] })).rejects.toThrow(
      /24 to 64 bytes/,
    );
    await expect(verify(standard, { ...request, secret: `${secret}?` })).rejects.not.toThrow(
      secret.slice(6, 20),
    );
    expect(() => sign(standard, sent, [])).toThrow(/at least one secret/);
  });

  test('of one contract never verify another', async () => {
    for (const signer of contracts) {
      for (const reader of contracts) {
        const own = secretOf(signer);
        const foreign = secretOf(reader, 2);
        const delivery = message(signer);
        const result = await verify(reader, {
          headers: sign(signer, delivery, [own]),
          body: delivery.body,
          secret: foreign,
          now: NOW,
        });
        expect(result.ok, `${signer.name} read as ${reader.name}`).toBe(false);
      }
    }
  });
});

test('the present is now unless told otherwise', async () => {
  const fresh = message(standard, 'webhook.test', '{}', new Date());
  const received = { headers: sign(standard, fresh, [secret]), body: fresh.body, secret };
  expect(await verify(standard, received)).toMatchObject({ ok: true });
  expect(await verify(standard, { ...request, now: new Date() })).toMatchObject({
    failure: 'stale_timestamp',
  });
});

test('freshness is to the second, either way', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: -310, max: 310 }), async (seconds) => {
      const now = new Date(NOW.getTime() + seconds * 1000);
      expect((await verify(standard, { ...request, now })).ok).toBe(Math.abs(seconds) <= 300);
    }),
  );
});
