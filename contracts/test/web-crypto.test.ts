import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { contracts } from '../src/index.ts';
import { vectorsOf } from './vectors.ts';

const here = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);

/** Runs in a process without `process`, `Buffer` and `require`, as on an edge runtime. */
const script = `
  import { readFileSync } from 'node:fs';
  const names = ${JSON.stringify(contracts.map(({ name }) => name))};
  const vectors = names.map((name) => JSON.parse(readFileSync(new URL('vectors/' + name + '.json', ${here('.')}), 'utf8')));
  for (const name of ['process', 'Buffer', 'require', 'global']) delete globalThis[name];
  const { getContract, sign, signAsync, verify } = await import(${here('../src/index.ts')});
  const encoder = new TextEncoder();
  const differing = [];
  let refusals = 0;
  for (const { contract: name, send, receive } of vectors) {
    const contract = getContract(name);
    for (const { name: title, result, now, secrets, body, headers } of receive) {
      const request = { headers, body: encoder.encode(body), secret: secrets, now: new Date(now * 1000) };
      const verified = await verify(contract, request);
      if ((verified.ok ? 'ok' : verified.failure) !== result) differing.push(name + ': ' + title);
    }
    for (const vector of send) {
      const message = {
        event: { type: vector.type },
        deliveryId: vector.deliveryId,
        deliveryUuid: vector.deliveryUuid,
        body: encoder.encode(vector.body),
        attemptedAt: new Date(vector.attemptedAt),
        roundStartedAt: new Date(vector.roundStartedAt),
      };
      const headers = await signAsync(contract, message, vector.secrets);
      if (JSON.stringify(Object.entries(headers)) !== JSON.stringify(vector.headers)) differing.push(name + ': ' + vector.name);
      try { sign(contract, message, vector.secrets); } catch (error) { if (/signAsync/.test(error.message)) refusals++; }
    }
  }
  console.log(JSON.stringify({ differing, refusals, isolated: typeof process === 'undefined' }));
`;

test('every vector holds where there is only Web Crypto', () => {
  const args = ['--input-type=module', '-e', script];
  const printed = execFileSync(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  });
  const sends = contracts.flatMap(({ name }) => vectorsOf(name).send).length;
  expect(JSON.parse(printed)).toEqual({ differing: [], refusals: sends, isolated: true });
});
