import { request } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestApp, type TestApp } from '../support/app.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { base, createClient, type FlowbeaconClient, signature } from './client.ts';

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

describeOnEachDatabase('signed requests that somebody tampers with', (kind) => {
  let app: TestApp;
  let client: FlowbeaconClient;
  const now = Date.parse('2026-04-06T14:30:00Z') / 1000;

  beforeAll(async () => {
    app = await createTestApp(kind, { time: new Date(now * 1000) });
    client = createClient(app, (await app.organization('beacon', { preset: 'flowbeacon' })).key);
  });
  afterAll(() => app.close());

  /** Sends exactly this, without anybody tidying paths and headers up. */
  function send({ method, path, body }: Sent, headers: Record<string, string | string[]>): Promise<number> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(app.url);
      const outgoing = request(
        {
          hostname,
          port,
          method,
          path,
          headers: {
            authorization: `Bearer ${client.key}`,
            ...(body === ''
              ? {}
              : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
            ...headers,
          },
        },
        (answer) => {
          answer.resume();
          answer.on('end', () => resolve(answer.statusCode ?? 0));
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  const looking: Sent = { method: 'GET', path: `${base}/evaluations?limit=5`, body: '' };
  const signedAs = (what: Sent, t = now) => ({ 'x-fb-signature': signature(client.key, t, what) });

  it('hold for what was signed and nothing else', async () => {
    expect(await send(looking, signedAs(looking))).toBe(200);
    const variants = [
      `${base}/evaluations?limit=6`,
      `${base}/evaluations?limit=5&`,
      `${base}/evaluations?limit=5&limit=5`,
      `${base}/evaluations?limit=%35`,
      `${base}/%65valuations?limit=5`,
      `${base}/evaluations/?limit=5`,
      `${base}//evaluations?limit=5`,
      `${base}/./evaluations?limit=5`,
      `${base}/webhooks/../evaluations?limit=5`,
      `${base}/evaluations?limit=5#x`,
      `${base}/Evaluations?limit=5`,
    ];
    for (const path of variants) {
      const status = await send({ ...looking, path }, signedAs(looking));
      expect([path, status === 403 || status === 404]).toEqual([path, true]);
    }
    // Another spelling of the same path is what is signed, not what it means.
    const spelled = { ...looking, path: `${base}/%65valuations?limit=5` };
    expect(await send(spelled, signedAs(spelled))).toBe(200);
    const ordered = { ...looking, path: `${base}/modules?limit=5&cursor=` };
    expect(await send({ ...ordered, path: `${base}/modules?cursor=&limit=5` }, signedAs(ordered))).toBe(403);
    expect(await send({ ...looking, method: 'HEAD' }, signedAs(looking))).toBe(403);
  });

  it('hold for one time, which is written in one way', async () => {
    const valid = signature(client.key, now, looking);
    for (const t of [
      `${now}e0`,
      '1e9',
      `+${now}`,
      `-${now}`,
      `0${now}`,
      ` ${now}`,
      `${now}.0`,
      `0x${now.toString(16)}`,
      `${now}000`,
      '9'.repeat(12),
      '9'.repeat(400),
      'Infinity',
      'NaN',
      '',
    ]) {
      const header = valid.replace(/^t=\d+/, `t=${t}`);
      expect([t, await send(looking, { 'x-fb-signature': header })]).toEqual([t, 403]);
      // Nor where that very text was signed.
      const resigned = signature(client.key, Number(t) || 0, looking).replace(/^t=[^,]*/, `t=${t}`);
      expect([t, await send(looking, { 'x-fb-signature': resigned })]).toEqual([t, 403]);
    }
  });

  it('have one signature', async () => {
    const valid = signature(client.key, now, looking);
    const [t = '', v1 = ''] = valid.split(',');
    for (const header of [
      [valid, valid],
      [valid, 't=1,v1=00'],
      `${valid},${v1}`,
      `${valid},v1=${'0'.repeat(64)}`,
      `${v1}`,
      `${t}`,
      `${valid},`,
      `,${valid}`,
      `${valid};v0=1`,
      `${t},v1=${'é'.repeat(64)}`.normalize('NFD').replaceAll(/[^\x20-\x7e]/g, '?'),
      `${t},V1=${v1.slice(3)}`,
      `${t},v1=${v1.slice(3)}00`,
      'x'.repeat(4_000),
    ])
      expect([header, await send(looking, { 'x-fb-signature': header })]).toEqual([header, 403]);
    expect(await send(looking, { 'x-fb-signature': `${v1},${t}` })).toBe(200);
  });

  it('hold until they are five minutes old, however often they come', async () => {
    for (let count = 0; count < 3; count += 1)
      expect(await send(looking, signedAs(looking, now - 300))).toBe(200);
    expect(await send(looking, signedAs(looking, now - 301))).toBe(403);
  });

  it('are refused after any change to a byte', () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({ url: fc.webUrl(), description: fc.string({ maxLength: 40 }) }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (input, place, change) => {
          const body = JSON.stringify({ ...input, events: ['no.such'] });
          const what = { method: 'POST', path: `${base}/webhooks`, body };
          // Signed as it is, it is refused for its events, not for its signature.
          expect(await send(what, signedAs(what))).toBe(422);
          const bytes = Buffer.from(body);
          const at = place % bytes.length;
          bytes[at] = (bytes[at] ?? 0) ^ change;
          const changed = await app.call('POST', what.path, new Uint8Array(bytes), {
            token: client.key,
            headers: signedAs(what),
          });
          expect([changed.status, changed.body.error.code]).toEqual([403, 'bad_signature']);
        },
      ),
      { numRuns: 40 },
    ));
});
