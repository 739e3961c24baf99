import { sql } from 'kysely';
import { parseId } from '../../src/base/ids.ts';
import { Evaluator } from '../../src/features/evaluations/evaluator.ts';
import { publishDueSchedules } from '../../src/features/schedules/publish-due.ts';
import { ask, type Tenant } from './tenant.ts';

/** What a name in a path, body or query stands for. */
export interface Place {
  /** Makes such a thing in the organization and answers its name. `outer`: the parameters before it in the path. */
  make(world: World, tenant: Tenant, outer: readonly string[]): Promise<string>;
  /** The same thing for every organization: nothing to hide. */
  readonly shared?: boolean;
  /** Each organization counts its own: the same number is another thing for everybody. */
  readonly counted?: boolean;
  /** A name that nothing has yet, where the caller chooses names. */
  fresh?(tenant: Tenant): string;
}

/** What providers may use. */
export interface World {
  /** A body that the route accepts from this organization. */
  sample(route: string, tenant: Tenant): Promise<Record<string, unknown>>;
  /** The name of such a thing of the organization, made when it is first asked for. */
  thing(name: string, place: Place, tenant: Tenant): Promise<string>;
}

/** Made by a POST of the route's sample body; its name is a member of the answer. */
function created(collection: string, name = 'id'): Place {
  return {
    async make(world, tenant) {
      const { body } = await tenant.call(
        'POST',
        collection,
        await world.sample(`POST ${collection}`, tenant),
      );
      const made = 'ok' in body || 'success' in body ? body.data : body;
      return String(made[name]);
    },
  };
}

/** The same below other things: `collection` has a parameter for each name before it. */
function below(collection: string, name = 'id'): Place {
  return {
    async make(world, tenant, outer) {
      let next = 0;
      const path = collection.replaceAll(/\{\w+\}/g, () => encodeURIComponent(outer[next++] ?? ''));
      const { body } = await tenant.call('POST', path, await world.sample(`POST ${collection}`, tenant));
      return body[name];
    },
  };
}

/**
 * One line for each kind of name in a path: the path up to and with the parameter, and how an organization gets such
 * a thing. Routes below it (`…/{id}/retry`) need no further line.
 */
export const places: Readonly<Record<string, Place>> = {
  '/v1/organizations/{id}': { make: async (_world, tenant) => tenant.id },
  '/v1/keys/{id}': created('/v1/keys'),
  '/v1/members/{id}': { make: makeMember },
  '/v1/members/{id}/tokens/{token_id}': below('/v1/members/{id}/tokens'),
  '/v1/event-types/{name}': { make: makeEventType },
  '/v1/events/{id}': created('/v1/events'),
  '/v1/contracts/{name}': { make: async () => 'standard', shared: true },
  '/v1/presets/{name}': { make: async () => 'fluxo', shared: true },
  '/v1/endpoints/{id}': created('/v1/endpoints'),
  '/v1/deliveries/{id}': { make: makeDelivery },
  '/v1/me/sessions/{id}': { make: makeSession },
  '/v1/notifications/{id}': created('/v1/notifications'),
  '/v1/meetings/{id}': { make: makeMeeting },
  '/v1/integrations/{id}': { make: makeIntegration },
  '/v1/integrations/{id}/deliveries/{delivery_id}': {
    make: (_world, tenant, [id = '']) =>
      attemptedTwice(tenant, `/v1/integrations/${id}/deliveries`, tenant.call),
  },
  '/v1/me/notifications/{id}': { make: makeInboxEntry },
  '/v1/me/webhooks/{id}': { make: makeOwnWebhook },
  '/v1/schedules/{id}': { make: makeSchedule },
  '/v1/me/webhooks/{id}/deliveries/{delivery_id}': {
    make: (_world, tenant, [id = '']) =>
      attemptedTwice(tenant, `/v1/me/webhooks/${id}/deliveries`, tenant.callAsMember),
  },
  '/v1/workflows/{id}': { make: makeWorkflow },
  '/v1/reviews/{id}': { make: makeReview },
  '/v1/review-gates/{id}': created('/v1/review-gates'),
  '/v1/embed-tokens/{id}': twice(created('/v1/embed-tokens')),
  '/v1/record-types/{module}': { make: async (_world, tenant) => tenant.text() },
  '/v1/record-types/{module}/{model}': { make: makeRecordType },
  '/v1/records/{module}': { make: async (_world, tenant) => tenant.text() },
  '/v1/records/{module}/{model}': { make: makeRecords },
  '/v1/records/{module}/{model}/{id}': below('/v1/records/{module}/{model}'),
  '/v1/apps/{id}': { make: makeApp },
  '/v1/apps/{id}/versions/{version}': below('/v1/apps/{id}/versions', 'version'),
  '/v1/installations/{id}': { make: makeInstallation },
  '/v1/installations/{id}/tokens/{token_id}': below('/v1/installations/{id}/tokens'),
  '/api/public/v1/webhooks/{id}': created('/api/public/v1/webhooks'),
  '/api/public/v1/evaluations/{id}': {
    make: async (world, tenant) => (await makeEvaluation(world, tenant)).id,
  },
  '/api/public/v1/scenarios/{id}': {
    make: async (world, tenant) => (await makeEvaluation(world, tenant)).scenarios[0].id,
  },
  // Whoever holds the token may read.
  '/api/public/v1/results/{token}': { make: makeResultToken, shared: true },
  '/api/plugins/webhooks/{id}': { ...created('/api/plugins/webhooks'), counted: true },
  '/api/plugins/webhooks/{id}/logs/{log}': { make: makeLog, counted: true },
};

/**
 * One line for each name of a body's member or a query parameter that stands for a thing of the organization.
 * What is called `id`, `…_id` or `…_ids` must be here.
 */
export const references: Readonly<Record<string, Place>> = {
  id: { ...created('/v1/events'), fresh: (tenant) => tenant.text() },
  event_id: created('/v1/events'),
  endpoint_id: created('/v1/endpoints'),
  app_id: created('/v1/apps'),
  installation_id: { make: makeInstallation },
  members: created('/v1/members'),
  email: { ...created('/v1/members', 'email'), fresh: (tenant) => `${tenant.text()}@example.com` },
  actor: { make: async (_world, tenant) => `key:${tenant.key.id}` },
  target: created('/v1/endpoints'),
  workflow_id: { make: async (_world, tenant) => (await reviewingOf(tenant)).workflow },
  queue_id: { make: async (_world, tenant) => (await reviewingOf(tenant)).queue },
  member_id: created('/v1/members'),
  assignee: created('/v1/members'),
  endpoints: created('/v1/endpoints'),
  modules: created('/api/public/v1/modules'),
};

function makeOwnWebhook(world: World, tenant: Tenant): Promise<string> {
  return withTwoTests(world, tenant, '/v1/me/webhooks', tenant.callAsMember);
}

function makeIntegration(world: World, tenant: Tenant): Promise<string> {
  return withTwoTests(world, tenant, '/v1/integrations', tenant.call);
}

/** For a log that has a second page. */
async function withTwoTests(world: World, tenant: Tenant, collection: string, call: Tenant['call']) {
  const { body } = await call('POST', collection, await world.sample(`POST ${collection}`, tenant));
  for (const _ of [1, 2]) await call('POST', `${collection}/${body.id}/test`);
  return String(body.id);
}

/** Besides the one that the tenant signs in with. */
async function makeSession(_world: World, tenant: Tenant): Promise<string> {
  const authorization = `Session ${await tenant.session()}`;
  await tenant.newSession();
  const { body } = await ask(tenant.app, authorization, { method: 'GET', target: '/v1/me/sessions' });
  const session = body.data.find(({ current }: { current: boolean }) => !current);
  return session.id;
}

/** For lists that need a second page. */
function twice({ make }: Place): Place {
  return {
    async make(world, tenant, outer) {
      await make(world, tenant, outer);
      return make(world, tenant, outer);
    },
  };
}

/** One that has come twice. */
async function makeSchedule(world: World, tenant: Tenant): Promise<string> {
  const { body } = await tenant.call('POST', '/v1/schedules', {
    ...(await world.sample('POST /v1/schedules', tenant)),
    cron: '* * * * *',
    catch_up: 'all',
  });
  const { parts } = tenant.app;
  await parts.database.queries
    .updateTable('schedules')
    .set({ next_at: sql<Date>`now() - interval '1 minute'` })
    .where('id', '=', parseId('schedule', body.id) ?? '')
    .execute();
  await publishDueSchedules(parts);
  return body.id;
}

/** Of a test. */
async function makeLog(_world: World, tenant: Tenant, outer: readonly string[]): Promise<string> {
  const [id = ''] = outer;
  await tenant.call('POST', `/api/plugins/webhooks/${id}/test`);
  const { body } = await tenant.call('GET', `/api/plugins/webhooks/${id}/logs`);
  return String(body.data.data[0].id);
}

/** With two queues. */
async function makeWorkflow(_world: World, tenant: Tenant): Promise<string> {
  const { body } = await tenant.call('POST', '/v1/workflows', { name: tenant.text(), approvals: 2 });
  for (const _ of [1, 2])
    await tenant.call('POST', `/v1/workflows/${body.id}/queues`, { name: tenant.text() });
  return body.id;
}

/** Pending, with one of two approvals. */
async function makeReview(world: World, tenant: Tenant): Promise<string> {
  const { body } = await tenant.call('POST', '/v1/reviews', await world.sample('POST /v1/reviews', tenant));
  await tenant.call('POST', `/v1/reviews/${body.id}/approve`, { comment: tenant.text() });
  return body.id;
}

const reviewing = new WeakMap<Tenant, Promise<{ workflow: string; queue: string }>>();

/** One workflow and a queue of it: bodies that name both mean such a pair. */
function reviewingOf(tenant: Tenant): Promise<{ workflow: string; queue: string }> {
  const made = reviewing.get(tenant) ?? makeReviewing(tenant);
  reviewing.set(tenant, made);
  return made;
}

async function makeReviewing(tenant: Tenant): Promise<{ workflow: string; queue: string }> {
  const workflow = await tenant.call('POST', '/v1/workflows', { name: tenant.text(), approvals: 2 });
  const queue = await tenant.call('POST', `/v1/workflows/${workflow.body.id}/queues`, {
    name: tenant.text(),
  });
  return { workflow: workflow.body.id, queue: queue.body.id };
}

async function makeEventType(world: World, tenant: Tenant): Promise<string> {
  const name = tenant.text();
  await tenant.call(
    'PUT',
    `/v1/event-types/${name}`,
    await world.sample('PUT /v1/event-types/{name}', tenant),
  );
  return name;
}

/** One that is complete, with a module of its own. */
async function makeEvaluation(world: World, tenant: Tenant) {
  await created('/api/public/v1/modules').make(world, tenant, []);
  const sample = await world.sample('POST /api/public/v1/evaluations', tenant);
  const { body } = await tenant.call('POST', '/api/public/v1/evaluations', sample);
  await new Evaluator(tenant.app.parts).runOnce();
  return body.data;
}

async function makeResultToken(world: World, tenant: Tenant): Promise<string> {
  const { id } = await makeEvaluation(world, tenant);
  const { body } = await tenant.call('POST', `/api/public/v1/evaluations/${id}/result-token`);
  return body.data.token;
}

/** One that was attempted twice and waits for its third attempt. */
async function makeDelivery(world: World, tenant: Tenant): Promise<string> {
  const type = tenant.text();
  const endpoint = await tenant.call('POST', '/v1/endpoints', {
    ...(await world.sample('POST /v1/endpoints', tenant)),
    events: [type],
    // Without a limit: under a fixed clock no allowance grows back. And with retries left after two attempts.
    rate_limit: null,
    retry_delays: null,
  });
  const event = await world.sample('POST /v1/events', tenant);
  await tenant.call('POST', '/v1/events', { ...event, type, deliver_at: null });
  return twoAttempts(tenant, `/v1/deliveries?endpoint_id=${endpoint.body.id}`, tenant.call);
}

/** The same, of a notification to the member. */
async function attemptedTwice(tenant: Tenant, list: string, call: Tenant['call']): Promise<string> {
  await notifyMember(tenant);
  return twoAttempts(tenant, list, call);
}

async function twoAttempts(tenant: Tenant, list: string, call: Tenant['call']): Promise<string> {
  const { body } = await call('GET', list);
  const { id } = body.data[0];
  await attempted(tenant, id, 1);
  await tenant.call('POST', `/v1/deliveries/${id}/retry`);
  await attempted(tenant, id, 2);
  return id;
}

/** Answers the member's id. */
async function notifyMember(tenant: Tenant): Promise<string> {
  const { id } = (await tenant.callAsMember('GET', '/v1/me')).body;
  const message = {
    type: 'system',
    title: tenant.text(),
    body: tenant.text(),
    data: { note: tenant.text() },
  };
  await tenant.call('POST', '/v1/notifications', { ...message, to: { members: [id] } });
  return id;
}

/** One of two in the member's inbox. */
async function makeInboxEntry(_world: World, tenant: Tenant): Promise<string> {
  await notifyMember(tenant);
  await notifyMember(tenant);
  return (await tenant.callAsMember('GET', '/v1/me/notifications?limit=1')).body.data[0].id;
}

/** With the member whose token there is. */
async function makeMeeting(world: World, tenant: Tenant): Promise<string> {
  const { id } = (await tenant.callAsMember('GET', '/v1/me')).body;
  const meeting = await world.sample('POST /v1/meetings', tenant);
  return (await tenant.call('POST', '/v1/meetings', { ...meeting, members: [id] })).body.id;
}

/** Lets the worker go on until a delivery was attempted so often. */
async function attempted(tenant: Tenant, id: string, attempts: number): Promise<void> {
  for (;;) {
    const { body } = await tenant.call('GET', `/v1/deliveries/${id}`);
    if (body.attempts >= attempts) return;
    if ((await tenant.app.worker.runOnce()) === 0)
      throw new Error(`The delivery waits: ${JSON.stringify(body)}`);
  }
}

/** With two personal tokens. */
async function makeMember(world: World, tenant: Tenant): Promise<string> {
  const id = await created('/v1/members').make(world, tenant, []);
  for (let count = 0; count < 2; count += 1) await below('/v1/members/{id}/tokens').make(world, tenant, [id]);
  return id;
}

async function makeRecordType(world: World, tenant: Tenant, outer: readonly string[]): Promise<string> {
  const [module = ''] = outer;
  const model = tenant.text();
  await tenant.call(
    'PUT',
    `/v1/record-types/${module}/${model}`,
    await world.sample('PUT /v1/record-types/{module}/{model}', tenant),
  );
  return model;
}

/** A type with two records. */
async function makeRecords(world: World, tenant: Tenant, outer: readonly string[]): Promise<string> {
  const [module = ''] = outer;
  const model = await makeRecordType(world, tenant, outer);
  for (let count = 0; count < 2; count += 1)
    await below('/v1/records/{module}/{model}').make(world, tenant, [module, model]);
  return model;
}

/** With two versions, one of which is the one that samples install. */
async function makeApp(world: World, tenant: Tenant): Promise<string> {
  // The model that samples declare scopes on.
  await tenant.call('PUT', '/v1/record-types/crm/account', {});
  const id = await created('/v1/apps').make(world, tenant, []);
  await below('/v1/apps/{id}/versions').make(world, tenant, [id]);
  const manifest = await world.sample('POST /v1/apps/{id}/versions', tenant);
  await tenant.call('POST', `/v1/apps/${id}/versions`, { ...manifest, version: registeredVersion });
  return id;
}

/** The version that every app here has. */
export const registeredVersion = '1.0.0';

/** With two tokens. */
async function makeInstallation(world: World, tenant: Tenant): Promise<string> {
  const app = await makeApp(world, tenant);
  const id = await below('/v1/apps/{id}/installations').make(world, tenant, [app]);
  await below('/v1/installations/{id}/tokens').make(world, tenant, [id]);
  return id;
}
