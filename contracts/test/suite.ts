import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Contract, preview, scanJson, sign, signAsync, verify } from '../src/index.ts';
import { bytes, text, withByte } from './bytes.ts';
import { anyMessage, message, NOW, secretOf } from './messages.ts';
import { messageOf, type Vectors } from './vectors.ts';

const HEADER_VALUE = /^[\x20-\x7e]+$/;

/**
 * What every contract has to hold. Each dialect's own test calls this once and adds what is its own.
 *
 * @param eventType where a receiver finds the event's type in the parsed body.
 */
export function conformance(
  contract: Contract,
  vectors: Vectors,
  eventType: (body: Record<string, unknown>) => unknown,
): void {
  const secret = secretOf(contract);
  const received = async (body: Uint8Array, headers: Record<string, string>, secrets = [secret]) =>
    verify(contract, { headers, body, secret: secrets, now: NOW });

  describe('vectors', () => {
    test('are of this contract', () => expect(vectors.contract).toBe(contract.name));

    test.each(vectors.send)('send: $name', async (vector) => {
      const sent = messageOf(contract, vector);
      expect(text(sent.body)).toBe(vector.body);
      expect(Object.entries(sign(contract, sent, vector.secrets))).toEqual(vector.headers);
      expect(Object.entries(await signAsync(contract, sent, vector.secrets))).toEqual(vector.headers);
    });

    test.each(vectors.receive)('receive: $name', async ({ result, now, secrets, body, headers }) => {
      const request = { headers, body: bytes(body), secret: secrets, now: new Date(now * 1000) };
      const verified = await verify(contract, request);
      expect(verified.ok ? 'ok' : verified.failure, JSON.stringify(verified)).toBe(result);
    });

    test('show every failure that the contract can have', () => {
      const expected = ['bad_signature', 'malformed_header', 'missing_header', 'ok'];
      if (contract.toleranceSeconds !== null) expected.push('stale_timestamp');
      expect([...new Set(vectors.receive.map(({ result }) => result))].sort()).toEqual(expected);
    });
  });

  describe('body', () => {
    test('carries any data byte for byte, and the type that receivers branch on', () => {
      fc.assert(
        fc.property(anyMessage(contract), ({ event, body }) => {
          expect(carries(body, event.data)).toBe(true);
          const scan = scanJson(body);
          expect(scan.ok && scan.kind).toBe('object');
          const parsed: Record<string, unknown> = JSON.parse(text(body));
          expect(eventType(parsed)).toBe(event.type);
        }),
      );
    });

    test('is the same however often it is made', () => {
      const { event, body } = message(contract);
      expect(contract.encode(event)).toEqual(body);
    });
  });

  describe('signature', () => {
    test('holds for whatever was sent', async () => {
      await fc.assert(
        fc.asyncProperty(anyMessage(contract), async (sent) => {
          const headers = sign(contract, sent, [secret]);
          expect(await received(sent.body, headers)).toMatchObject({ ok: true });
        }),
      );
    });

    test('breaks with any byte of the body', async () => {
      const sent = message(contract, 'webhook.test', '{"amount":1.10,"é":[null,"\\u0000"]}');
      const headers = sign(contract, sent, [secret]);
      const byte = fc.integer({ min: 1, max: 255 });
      await fc.assert(
        fc.asyncProperty(fc.nat({ max: sent.body.length - 1 }), byte, async (at, mask) => {
          const changed = withByte(sent.body, at, (sent.body[at] ?? 0) ^ mask);
          expect(await received(changed, headers)).toMatchObject({ failure: 'bad_signature' });
        }),
      );
      expect(await received(sent.body.subarray(1), headers)).toMatchObject({ failure: 'bad_signature' });
    });

    test('breaks with any character of a header it needs', async () => {
      const sent = message(contract);
      const headers = sign(contract, sent, [secret]);
      const change = fc.tuple(
        fc.constantFrom(...contract.requiredHeaders),
        fc.nat(),
        fc.string({ minLength: 1, maxLength: 1 }),
      );
      await fc.assert(
        fc.asyncProperty(change, async ([name, where, character]) => {
          const value = headers[name] ?? '';
          const at = where % value.length;
          fc.pre(value[at] !== character);
          const changed = value.slice(0, at) + character + value.slice(at + 1);
          expect(await received(sent.body, { ...headers, [name]: changed })).toMatchObject({ ok: false });
        }),
      );
    });

    test('is refused by name, never by throwing, whatever the headers are', async () => {
      const values = fc.oneof(
        fc.string(),
        fc.string({ unit: 'binary' }),
        fc.stringMatching(/^(t=\d{1,12},)?v1[=,][0-9a-f]{64}$/),
      );
      const headers = fc.dictionary(fc.constantFrom(...contract.requiredHeaders), values);
      await fc.assert(
        fc.asyncProperty(headers, fc.uint8Array(), async (sent, body) => {
          expect(await received(body, sent)).toMatchObject({ ok: false, detail: expect.any(String) });
        }),
      );
    });

    test('covers the body without copying it', () => {
      const sent = message(contract);
      expect(contract.signatureInput(sent, secret).content.at(-1)).toBe(sent.body);
    });

    test('of an old secret goes along only as long as the contract lets it', async () => {
      const sent = message(contract);
      const old = secretOf(contract, 2);
      const headers = sign(contract, sent, [secret, old]);
      expect(await received(sent.body, headers, [secret])).toMatchObject({ ok: true });
      expect(await received(sent.body, headers, [old])).toMatchObject({
        ok: contract.secret.maxOverlapSeconds > 0,
      });
    });
  });

  test('headers are the announced ones, with values that HTTP allows', () => {
    const headers = sign(contract, message(contract), [secret]);
    expect(Object.keys(headers)).toEqual(contract.headerNames);
    expect(contract.headerNames).toEqual(expect.arrayContaining([...contract.requiredHeaders]));
    if (contract.deliveryHeader !== null) expect(contract.headerNames).toContain(contract.deliveryHeader);
    for (const value of Object.values(headers)) expect(value).toMatch(HEADER_VALUE);
  });

  test('event rule never throws', () => {
    fc.assert(
      fc.property(anyMessage(contract), ({ event }) => {
        expect(contract.event.problem(event)).toSatisfy(
          (problem) => problem === null || typeof problem === 'string',
        );
      }),
    );
  });

  test('every status has a verdict', () => {
    for (let status = 100; status <= 599; status++) {
      const verdict = contract.classify(status);
      if (status >= 200 && status <= 299) expect(verdict).toBe('delivered');
      else expect(verdict).not.toBe('delivered');
    }
  });

  test('retry delays can be kept', () => {
    expect(contract.retry.delays.every((seconds) => seconds > 0)).toBe(true);
    expect(contract.retry.jitter).toBeGreaterThanOrEqual(0);
    expect(contract.retry.jitter).toBeLessThan(1);
    expect(contract.timeoutSeconds).toBeGreaterThanOrEqual(1);
    expect(contract.timeoutSeconds).toBeLessThanOrEqual(60);
    expect(preview(contract)).toHaveLength(contract.retry.delays.length + 1);
  });

  describe('secrets', () => {
    const { secret: rule } = contract;

    test('that it makes are sound, distinct and used whole', () => {
      fc.assert(
        fc.property(
          fc.uint8Array({ minLength: rule.randomBytes, maxLength: rule.randomBytes }),
          fc.nat(),
          (random, where) => {
            const made = rule.format(random);
            expect(rule.problem(made)).toBe(null);
            const at = where % random.length;
            expect(rule.format(withByte(random, at, (random[at] ?? 0) ^ 1))).not.toBe(made);
          },
        ),
      );
      expect(rule.randomBytes).toBeGreaterThanOrEqual(24);
    });

    test.each([
      '',
      ' ',
      'whsec_',
      'short',
      `${secret}\n`,
      ` ${secret}`,
      `${secret} `,
      `${secret}é`,
      'x'.repeat(5_000),
    ])('refuse %j, and say what to do without repeating it', (unsound) => {
      const problem = rule.problem(unsound);
      expect(problem).toMatch(/leave it out/);
      if (unsound.trim() === secret) expect(problem).not.toContain(secret);
      expect(() => sign(contract, message(contract), [unsound])).toThrow(TypeError);
    });

    test('are recognizable when masked, and no more than that', () => {
      const mask = rule.mask(secret);
      expect(mask).toContain(secret.slice(-4));
      expect(mask.length).toBeLessThan(secret.length / 2);
    });

    test('overlap within bounds', () => {
      expect(rule.defaultOverlapSeconds).toBeLessThanOrEqual(rule.maxOverlapSeconds);
      expect(rule.maxOverlapSeconds).toBeLessThanOrEqual(7 * 86_400);
    });
  });

  describe('URLs', () => {
    const problem = (url: string, loopback = true) => contract.url.problem(new URL(url), { loopback });

    test.each(['https://example.com/hooks?x=1', 'https://example.com:8443/', 'https://[2001:db8::1]/'])(
      'may be %s',
      (url) => {
        expect(problem(url)).toBe(null);
        expect(problem(url, false)).toBe(null);
      },
    );

    test('may be http on this machine where the operator allows it', () => {
      for (const host of ['localhost:8080', '127.0.0.1', '[::1]:9'])
        expect(problem(`http://${host}/`)).toBe(null);
    });

    test.each([
      'ftp://example.com/',
      'javascript:alert(1)',
      'data:text/plain,x',
      'file:///etc/passwd',
      'ws://example.com/',
      'https://user@example.com/',
      'https://user:pass@example.com/',
      'https://:pass@example.com/',
      'https://example.com/#part',
      'https://example.com/#',
    ])('may not be %s', (url) => {
      expect(problem(url)).toMatch(/;/);
    });
  });
}

/** As one value, as the members of a flat object, or member by member. */
function carries(body: Uint8Array, data: Uint8Array): boolean {
  const scan = scanJson(data);
  if (!scan.ok) return false;
  const whole = Buffer.from(body);
  const has = (part: Uint8Array | string) => whole.includes(Buffer.from(part));
  if (has(data) || has(`${text(data.subarray(scan.start + 1, scan.end - 1))}}`)) return true;
  return scan.members.every((member) => has(data.subarray(member.valueStart, member.valueEnd)));
}
