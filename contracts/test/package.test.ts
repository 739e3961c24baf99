import { afterAll, beforeAll, expect, test } from 'vitest';
import { PackedProject, withoutNodeGlobals } from './packed.ts';
import { vectorsOf } from './vectors.ts';

let project: PackedProject;
beforeAll(() => {
  project = new PackedProject('contracts');
}, 60_000);
afterAll(() => project.remove());

const [vector] = vectorsOf('flowbeacon').receive;
const verifying = `
  const { flowbeacon, verify } = await import('@sluice/contracts');
  const { headers, body, secrets, now } = ${JSON.stringify(vector)};
  const check = (text) => verify(flowbeacon, { headers, body: text, secret: secrets, now: new Date(now * 1000) });
  const good = await check(body);
  const bad = await check(body + ' ');
  console.log(good.ok, bad.failure);
`;

test('alone in an empty folder, it verifies', () => {
  expect(project.node(verifying)).toBe('true bad_signature');
});

test('it does so without Node crypto', () => {
  expect(project.node(`${withoutNodeGlobals}${verifying}`)).toBe('true bad_signature');
});

test.each(['express', 'fastify', 'hono', 'next', 'node'])(
  'its adapter for %s loads without anything else',
  (name) => {
    const script = `console.log(typeof (await import('@sluice/contracts/${name}')).webhook)`;
    expect(project.node(script)).toBe('function');
  },
);

test('it holds no sources, and needs nothing', () => {
  expect(project.files().filter((file) => /(?<!\.d)\.ts$/.test(file))).toEqual([]);
  expect(project.manifest()).not.toHaveProperty('dependencies');
  expect(project.manifest()).not.toHaveProperty('private');
});

test('its declarations are whole, with no types but the language and the web', () => {
  project.typeCheck(`
    import { type Contract, getContract, standard, verify } from '@sluice/contracts';
    import { encodeHex } from '@sluice/contracts/encodings';
    import { webhook } from '@sluice/contracts/next';
    import { webhook as express } from '@sluice/contracts/express';
    import { webhook as fastify } from '@sluice/contracts/fastify';
    import { webhook as hono } from '@sluice/contracts/hono';
    import { webhook as node } from '@sluice/contracts/node';
    export const found: Contract | undefined = getContract('standard');
    export const POST: (request: Request) => Promise<Response> = webhook({ contract: standard, secret: '' }, ({ body }) => {
      const bytes: Uint8Array = body;
      console.log(encodeHex(bytes));
    });
    export const all = [express, fastify, hono, node, verify];
    type IsContract<T> = T extends Contract ? true : false;
    export const aNameIsNoContract: IsContract<{ name: string }> = false;`);
});
