import type { TSchema } from 'typebox';
import { IdParams } from '../http/fields.ts';
import { operation } from '../http/operation.ts';
import { changeEndpoint } from '../life-cycle/change.ts';
import { createEndpoint, type EndpointRules } from '../life-cycle/create.ts';
import type { ChangeWords, CreateWords, EndpointFamily } from './endpoint-family.ts';
import { Endpoint, NewEndpoint, showEndpoint } from './endpoint-view.ts';

/** Makes an endpoint; its secret is in the answer and in no other. */
export function createOf<Body extends TSchema>(
  { called, group }: EndpointFamily,
  { body: Body, made, refusals, draft: draftOf, ...words }: CreateWords<Body>,
  rules: EndpointRules,
) {
  return operation({
    ...words,
    id: `create${called}`,
    group,
    takes: { body: Body },
    answers: { 201: { description: made, schema: NewEndpoint }, ...(refusals && { refusals }) },
    runs: 'write',
    async handle(context, { body }) {
      const { queries, sealer, orgId } = context;
      const { owner, draft } = await draftOf(context, body);
      const made = await createEndpoint(queries, { ...context, ...rules }, { orgId, owner }, draft);
      return { status: 201, body: { ...showEndpoint(sealer, made.endpoint), secret: made.secret } };
    },
  });
}

/** Changes what the body names. */
export function changeOf<Body extends TSchema>(
  { called, group, find }: EndpointFamily,
  { body: Body, changed, change: changeBy, ...words }: ChangeWords<Body>,
  rules: EndpointRules,
) {
  return operation({
    ...words,
    id: `change${called}`,
    group,
    takes: { params: IdParams, body: Body },
    answers: { 200: { description: changed, schema: Endpoint } },
    runs: 'write',
    async handle(context, { params, body }) {
      const { queries, sealer, orgId } = context;
      const row = await find(context, params.id);
      const change = await changeBy(context, row, body);
      const endpoint = await changeEndpoint(queries, { ...context, ...rules }, { orgId, id: row.id }, change);
      return { status: 200, body: showEndpoint(sealer, endpoint) };
    },
  });
}
