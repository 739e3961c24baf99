import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type ApiAnswer, createTestApp } from '../support/app.ts';
import { describeFlowlu, type Setting } from './setting.ts';

const accounts = '/v1/records/crm/account';

type Step =
  | { readonly do: 'make'; readonly fields: object }
  | { readonly do: 'change'; readonly which: number; readonly patch: object; readonly guarded: boolean }
  | { readonly do: 'delete'; readonly which: number };

const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(1, 1.5, '1', null, true, [1, { a: 1 }], { a: { b: 2 } }),
);
const fields = fc.dictionary(fc.constantFrom('a', 'b', '7', 'data', 'constructor', 'é'), value, {
  maxKeys: 3,
  noNullPrototype: true,
});
const which = fc.nat({ max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ do: fc.constant('make' as const), fields }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('change' as const),
      which,
      patch: fields,
      guarded: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), which }) },
);
/** Several writers, each with its own steps, one after the other; all of them at once, through two processes. */
const writers = fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 4 });

describeFlowlu('every record has one unbroken history', (given) => {
  it('whatever several writers do at once: events and answers tell the same', async () => {
    const { app, key, call } = given();
    const beside = await createTestApp(app.database.kind === 'embedded' ? 'embedded' : 'postgres', {
      beside: app,
    });
    let round = 0;
    try {
      await fc.assert(
        fc.asyncProperty(writers, async (all) => {
          round += 1;
          const name = `round ${round}`;
          const made = [0, 1, 2].map((index) => call('POST', accounts, { name, index }));
          const ids: string[] = (await Promise.all(made)).map(({ body }) => body.id);
          const answered = new Set<string>();
          const write = async (steps: readonly Step[], via: typeof app) => {
            for (const one of steps) {
              const answer = await run(one, ids, name, (method, path, body, headers = {}) =>
                via.call(method, path, body, { token: key, headers }),
              );
              expect([200, 201, 204, 404, 412], answer.text).toContain(answer.status);
              if (answer.status === 200 || answer.status === 201) answered.add(answer.text);
            }
          };
          await Promise.all(all.map((steps, index) => write(steps, index % 2 === 0 ? app : beside)));

          const told = await readChanges(call, all.flat().length + ids.length, name);
          const states = new Set(told.map(({ to }) => to));
          for (const text of answered) expect(states.has(text), `told of ${text}`).toBe(true);
          for (const id of new Set(told.map((change) => change.id))) {
            const now = await call('GET', `${accounts}/${id}`);
            const end = endOf(told.filter((change) => change.id === id));
            expect(end).toBe(now.status === 404 ? 'null' : now.text);
          }
        }),
        { numRuns: 15 },
      );
    } finally {
      await beside.close();
    }
  });
});

/** What one event says: from which state to which, as the API would write them. */
interface Change {
  readonly id: string;
  readonly from: string;
  readonly to: string;
}

/** The changes of one round, which are among the latest events. */
async function readChanges(call: Setting['call'], atMost: number, name: string): Promise<Change[]> {
  const { body } = await call('GET', `/v1/events?limit=${atMost}`);
  const events = await Promise.all(
    body.data.map(async ({ id }: { id: string }) => (await call('GET', `/v1/events/${id}`)).body.data),
  );
  return events
    .filter(({ current, previous }) => (current ?? previous).name === name)
    .map(({ current, previous }) => ({
      id: (current ?? previous).id,
      from: JSON.stringify(previous),
      to: JSON.stringify(current),
    }));
}

type Send = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<ApiAnswer>;

async function run(one: Step, ids: readonly string[], name: string, send: Send): Promise<ApiAnswer> {
  if (one.do === 'make') return send('POST', accounts, { ...one.fields, name });
  const path = `${accounts}/${ids[one.which] ?? ''}`;
  if (one.do === 'delete') return send('DELETE', path);
  if (!one.guarded) return send('PATCH', path, one.patch);
  const seen = await send('GET', path);
  const tag = seen.headers.get('etag');
  return tag === null ? seen : send('PATCH', path, one.patch, { 'if-match': tag });
}

/**
 * Where the changes of a record end, if they can be put into one line that begins with nothing and in which each begins
 * where the one before it ended. A state may come back: so it is the one walk over all of them that is looked for, and
 * there is one when every state is left as often as it is reached, but for the first and the last (Euler).
 */
function endOf(changes: readonly Change[]): string {
  const balance = new Map([['null', 1]]);
  const add = (state: string, by: number) => balance.set(state, (balance.get(state) ?? 0) + by);
  for (const { from, to } of changes) {
    add(from, -1);
    add(to, 1);
  }
  const ends = [...balance].filter(([, count]) => count !== 0);
  expect(ends, 'every change begins where another one ended').toEqual([[expect.any(String), 1]]);
  const reached = new Set(['null']);
  for (const _ of changes)
    for (const { from, to } of changes) if (reached.has(from) || reached.has(to)) reached.add(from).add(to);
  for (const { from } of changes) expect(reached.has(from), 'all are in one line').toBe(true);
  return ends[0]?.[0] ?? '';
}
