import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keepAddressed, matchSubscribers, type Subscriber } from '../src/endpoints/match.ts';
import { gateOf } from '../src/events/gate.ts';
import { plan } from '../src/events/plan.ts';
import { rulesOf } from '../src/features/reviews/gate-rules.ts';
import type { ReviewGate } from '../src/features/reviews/gates.ts';
import { keptSchema } from '../src/schemas/kept-schema.ts';
import type { Judge } from '../src/schemas/questions.ts';

const members = ['m1', 'm2', 'm3'];
const types = ['a.b', 'a.c', 'd'];
const endpointIds = ['e0', 'e1', 'e2', 'e3'];

const subscribers = fc.array(
  fc.record({
    memberId: fc.option(fc.constantFrom(...members)),
    patterns: fc.subarray(['*', 'a.*', 'a.b', 'd'], { minLength: 1 }),
  }),
  { maxLength: endpointIds.length },
);
const asList = (given: readonly Pick<Subscriber, 'memberId' | 'patterns'>[]): Subscriber[] =>
  given.map((each, index) => ({ ...each, endpointId: `e${index}`, contract: 'x', projection: null }));

const event = fc.record({
  type: fc.constantFrom(...types),
  data: fc.constantFrom('{"n":1}', '{"n":2}', '{"n":3}'),
  source: fc.constantFrom<'api' | 'system'>('api', 'system'),
  audience: fc.option(fc.record({ members: fc.subarray(members), roles: fc.subarray<'admin'>(['admin']) })),
});

const gates = fc.array(
  fc.record({
    types: fc.subarray(['*', 'a.*', 'd'], { minLength: 1 }),
    endpoint_ids: fc.option(fc.subarray(endpointIds)),
    condition: fc.option(fc.constantFrom(1, 2, 3)),
  }),
  { maxLength: 4 },
);
type GateInput = { types: string[]; endpoint_ids: string[] | null; condition: number | null };
const asGate = (given: GateInput, index: number): ReviewGate => ({
  ...given,
  id: `g${index}`,
  condition:
    given.condition === null ? null : JSON.stringify({ properties: { n: { const: given.condition } } }),
  org_id: 'o',
  name: null,
  workflow_id: 'w',
  queue_id: null,
  created_by: 'x',
  created_at: new Date(0),
});

const versions = { endpoints: 1, eventTypes: 1, gates: 1 };
/** Compares what the schema wants of `n` with what the data says. */
const judge: Judge = async (questions) =>
  questions.map(({ schema, data }) => ({
    satisfied: JSON.parse(schema.text).properties.n.const === JSON.parse(data).n,
    errors: [],
  }));
const matches = (patterns: readonly string[], type: string) =>
  patterns.some(
    (pattern) => pattern === '*' || pattern === type || (pattern === 'a.*' && type.startsWith('a.')),
  );

describe('a plan', () => {
  it('goes to whom the type and the audience say, whoever the audience turns out to be', () => {
    fc.assert(
      fc.property(subscribers, event, fc.subarray(members), (given, one, inRole) => {
        const list = asList(given);
        const named = one.audience?.members ?? [];
        const addressed = new Set([...named, ...(one.audience?.roles?.length ? inRole : [])]);
        const found = keepAddressed(matchSubscribers(list, one), addressed);
        const expected = list.filter(
          ({ memberId, patterns }) =>
            matches(patterns, one.type) && (memberId === null || addressed.has(memberId)),
        );
        expect(found).toEqual(expected);
      }),
    );
  });

  it('names for each endpoint the oldest gate that holds it, and none for the platform’s own events', async () => {
    await fc.assert(
      fc.asyncProperty(subscribers, gates, fc.array(event), async (given, inputs, events) => {
        const list = asList(given);
        const snapshot = {
          orgId: 'o',
          versions,
          subscribers: list,
          schemas: new Map(),
          gates: rulesOf(inputs.map(asGate)),
        };
        const [made] = await plan(judge, snapshot, [events]);
        for (const [index, one] of events.entries()) {
          const { subscribers: to = [], holding = [] } = made?.events[index] ?? {};
          for (const { endpointId } of to) {
            const oldest = inputs.findIndex(
              (gate) =>
                one.source !== 'system' &&
                matches(gate.types, one.type) &&
                (gate.endpoint_ids?.includes(endpointId) ?? true) &&
                (gate.condition === null || gate.condition === JSON.parse(one.data).n),
            );
            expect(gateOf(holding, endpointId)?.id ?? null).toBe(oldest < 0 ? null : `g${oldest}`);
          }
        }
      }),
    );
  });

  it('is only there for requests whose questions have verdicts', async () => {
    const schemas = new Map([['d', keptSchema('{"properties":{"n":{"const":1}}}')]]);
    const snapshot = { orgId: 'o', versions, subscribers: [], schemas, gates: null };
    const slow: Judge = async (questions) =>
      questions.map(({ data }) => (data === '{"n":2}' ? null : { satisfied: true, errors: [] }));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(event)), async (requests) => {
        const plans = await plan(slow, snapshot, requests);
        for (const [index, events] of requests.entries()) {
          const waits = events.some(
            ({ type, data, source }) => type === 'd' && data === '{"n":2}' && source !== 'system',
          );
          expect(plans[index] === null).toBe(waits);
          if (!waits) expect(plans[index]?.events).toHaveLength(events.length);
        }
      }),
    );
  });
});
