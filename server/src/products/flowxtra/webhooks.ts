import { flowxtra as contract } from '@sluice/contracts';
import { Type } from 'typebox';
import { sendTestOnce } from '../../api/endpoint-test.ts';
import { listByContract } from '../../endpoints/by-contract.ts';
import { getEndpoint } from '../../endpoints/endpoints.ts';
import type { EndpointName } from '../../endpoints/secrets.ts';
import type { SendTest } from '../../events/test-event.ts';
import { Closed, given, OrNull, Text } from '../../http/fields.ts';
import { type Context, operation } from '../../http/operation.ts';
import { changeEndpoint } from '../../life-cycle/change.ts';
import { createEndpoint, type EndpointRules } from '../../life-cycle/create.ts';
import { disabledByHand, disableEndpoint, enableEndpoint } from '../../life-cycle/enable.ts';
import { withdrawEndpoint } from '../../life-cycle/withdraw.ts';
import { knownEvents, refuseUnknownEvents } from '../known-events.ts';
import { forgetWebhook, webhookNumbers } from './numbers.ts';
import { flowxtra } from './preset.ts';
import { TenantQuery, tenant } from './surface.ts';
import {
  findWebhook,
  Log,
  LogParams,
  LogWithExchange,
  logWithExchange,
  maskedSecrets,
  noSuchWebhook,
  pageOfLogs,
  showWebhook,
  Webhook,
  WebhookParams,
  WebhookWithLogs,
} from './webhook-view.ts';

const group = 'Flowxtra: webhooks plugin';
const recentLogs = 10;

const settings = {
  name: Text(200, { minLength: 1, examples: ['My ATS integration'] }),
  url: Type.String({ minLength: 1, maxLength: 2_048, examples: ['https://example.com/webhooks/flowxtra'] }),
  events: Type.Array(Type.String({ maxLength: 128 }), {
    minItems: 1,
    maxItems: 100,
    examples: [['application.created']],
  }),
};

export const listEvents = operation({
  id: 'flowxtraListEvents',
  summary: 'List events with their payload fields',
  group,
  takes: { query: TenantQuery },
  answers: {
    200: {
      description: 'All of them',
      schema: Type.Array(
        Type.Object({
          event: Type.String(),
          description: Type.String(),
          payload_fields: Type.Array(Type.String()),
        }),
      ),
    },
  },
  runs: 'read',
  async handle({ queries, orgId }) {
    const events = await knownEvents(queries, orgId, flowxtra);
    return {
      status: 200,
      body: events.map(({ name, description, schema }) => ({
        event: name,
        description,
        payload_fields: schema === null ? [] : Object.keys(JSON.parse(schema).properties ?? {}),
      })),
    };
  },
});

export const list = operation({
  id: 'flowxtraListWebhooks',
  summary: 'List webhooks',
  group,
  takes: { query: TenantQuery },
  answers: { 200: { description: 'All of them, oldest first', schema: Type.Array(Webhook) } },
  runs: 'read',
  async handle(context) {
    const { queries, orgId } = context;
    const rows = await listByContract(queries, orgId, contract.name, { deleted: false });
    const { companyId, webhooks } = await webhookNumbers(queries, orgId);
    const secretOf = await maskedSecrets(context, rows);
    const shown = rows.flatMap((row) => {
      const id = webhooks.get(row.id);
      return id === undefined ? [] : [showWebhook({ id, companyId }, row, secretOf(row))];
    });
    return { status: 200, body: shown };
  },
});

export const create = (rules: EndpointRules) =>
  operation({
    id: 'flowxtraCreateWebhook',
    summary: 'Create a webhook',
    description: 'The secret is whole in this answer and in no other.',
    group,
    takes: { query: TenantQuery, body: Closed(settings) },
    answers: { 201: { description: 'The webhook with its secret', schema: Webhook } },
    runs: 'write',
    async handle(context, { body }) {
      const { queries, orgId } = context;
      await refuseUnknownEvents(queries, orgId, flowxtra, body.events);
      const { endpoint, secret } = await createEndpoint(
        queries,
        { ...context, ...rules },
        { orgId, owner: { kind: 'organization', id: orgId } },
        { ...body, contract: contract.name },
      );
      const { companyId, webhooks } = await webhookNumbers(queries, orgId);
      const id = webhooks.get(endpoint.id);
      if (id === undefined) throw new Error('A webhook got no number.');
      return { status: 201, body: showWebhook({ id, companyId }, endpoint, secret) };
    },
  });

export const get = (retentionDays: number) =>
  operation({
    id: 'flowxtraGetWebhook',
    summary: 'Read a webhook with its recent logs',
    group,
    takes: { params: WebhookParams, query: TenantQuery },
    answers: { 200: { description: 'The webhook', schema: WebhookWithLogs } },
    runs: 'read',
    async handle(context, { params }) {
      const webhook = await findWebhook(context.queries, context.orgId, params.id);
      const secretOf = await maskedSecrets(context, [webhook.row]);
      const { logs } = await pageOfLogs(
        context,
        { endpointId: webhook.row.id, retentionDays },
        { number: 1, size: recentLogs },
      );
      return { status: 200, body: { ...showWebhook(webhook, webhook.row, secretOf(webhook.row)), logs } };
    },
  });

export const change = (rules: EndpointRules) =>
  operation({
    id: 'flowxtraChangeWebhook',
    summary: 'Change a webhook',
    description:
      'What is left out stays. While `status` is false nothing is sent; what was waiting goes on afterwards.',
    group,
    takes: {
      params: WebhookParams,
      query: TenantQuery,
      body: Closed(
        {
          name: Type.Optional(settings.name),
          url: Type.Optional(settings.url),
          events: Type.Optional(settings.events),
          status: Type.Optional(Type.Boolean()),
        },
        { minProperties: 1 },
      ),
    },
    answers: { 200: { description: 'The webhook', schema: Webhook } },
    runs: 'write',
    async handle(context, { params, body }) {
      const { queries, orgId } = context;
      const webhook = await findWebhook(queries, orgId, params.id);
      const name = { orgId, id: webhook.row.id };
      const { status, ...settings } = body;
      if (settings.events !== undefined) await refuseUnknownEvents(queries, orgId, flowxtra, settings.events);
      if (Object.keys(settings).length > 0)
        await changeEndpoint(queries, { ...context, ...rules }, name, settings);
      if (status !== undefined) await switchTo(context, name, status);
      const secretOf = await maskedSecrets(context, [webhook.row]);
      const row = await getEndpoint(queries, name);
      return { status: 200, body: showWebhook(webhook, row, secretOf(row)) };
    },
  });

/** Enables what is disabled, disables what is enabled; a webhook that has the status already stays as it is. */
async function switchTo(context: Context, name: EndpointName, status: boolean): Promise<void> {
  const { queries } = context;
  if (!status) await disableEndpoint(queries, context, name, disabledByHand);
  else if (!(await getEndpoint(queries, name)).enabled) await enableEndpoint(queries, context, name);
}

export const remove = operation({
  id: 'flowxtraDeleteWebhook',
  summary: 'Delete a webhook and its logs',
  description: 'What is queued for it is cancelled.',
  group,
  takes: { params: WebhookParams, query: TenantQuery },
  answers: { 200: { description: 'Deleted' } },
  runs: 'write',
  async handle(context, { params }) {
    const { queries, orgId } = context;
    const { row } = await findWebhook(queries, orgId, params.id);
    if (!(await withdrawEndpoint(queries, context, { orgId, id: row.id }))) noSuchWebhook();
    await forgetWebhook(queries, orgId, row.id);
    return { status: 200 };
  },
});

export const test = (sendTest: SendTest) =>
  operation({
    id: 'flowxtraTestWebhook',
    summary: 'Send a test payload now',
    description:
      'Sends `webhook.test` once, whatever the webhook subscribes to, and answers what came of it. A receiver that answers 410 sets `status` to false.',
    group,
    takes: { params: WebhookParams, query: TenantQuery },
    answers: {
      200: {
        description: 'The outcome',
        schema: Type.Object({
          success: Type.Boolean(),
          status_code: OrNull(Type.Integer()),
          message: Type.String(),
        }),
      },
    },
    runs: 'direct',
    async handle(context, { params }) {
      const { row } = await findWebhook(context.queries, context.orgId, params.id);
      const { attempt, headers } = await sendTestOnce(context, sendTest, row.id);
      const success = attempt.outcome === 'delivered';
      const failure =
        attempt.status === null
          ? `The endpoint could not be reached: ${attempt.error ?? attempt.outcome}.`
          : `The endpoint answered ${attempt.status}.`;
      return {
        status: 200,
        body: {
          success,
          status_code: attempt.status,
          message: success ? 'Test webhook delivered successfully.' : failure,
        },
        headers,
      };
    },
  });

export const logs = (retentionDays: number) =>
  operation({
    id: 'flowxtraListLogs',
    summary: 'Read delivery logs, newest first',
    description: 'One entry for each attempt.',
    group,
    takes: {
      params: WebhookParams,
      query: Closed({
        ...tenant,
        page: Type.Integer({ minimum: 1, maximum: 1_000_000, default: 1 }),
        per_page: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
        event: Type.Optional(Type.String({ maxLength: 128, description: 'Only those of this event' })),
        success: Type.Optional(
          Type.Boolean({ description: 'Only those that went well, or only the others' }),
        ),
      }),
    },
    answers: {
      200: {
        description: 'A page',
        schema: Type.Object({
          data: Type.Array(Log),
          current_page: Type.Integer(),
          per_page: Type.Integer(),
          last_page: Type.Integer(),
          total: Type.Integer(),
        }),
      },
    },
    runs: 'read',
    async handle(context, { params, query }) {
      const { row } = await findWebhook(context.queries, context.orgId, params.id);
      const page = { number: query.page, size: query.per_page };
      const { logs: data, total } = await pageOfLogs(
        context,
        { endpointId: row.id, retentionDays },
        page,
        given({ event: query.event, success: query.success }),
      );
      return {
        status: 200,
        body: {
          data,
          current_page: page.number,
          per_page: page.size,
          last_page: Math.max(1, Math.ceil(total / page.size)),
          total,
        },
      };
    },
  });

export const log = operation({
  id: 'flowxtraGetLog',
  summary: 'See what was sent and answered',
  group,
  takes: { params: LogParams, query: TenantQuery },
  answers: { 200: { description: 'The log with its request and response', schema: LogWithExchange } },
  runs: 'read',
  async handle(context, { params }) {
    const { row } = await findWebhook(context.queries, context.orgId, params.id);
    return { status: 200, body: await logWithExchange(context, row.id, Number(params.log)) };
  },
});
