import { Type } from 'typebox';
import { publicId } from '../../../src/base/ids.ts';
import { listByContract } from '../../../src/endpoints/by-contract.ts';
import { operation } from '../../../src/http/operation.ts';
import { onSurface, route } from '../../../src/http/route.ts';
import type { Surface } from '../../../src/http/surface.ts';
import { createEndpoint, type EndpointRules } from '../../../src/life-cycle/create.ts';
import type { Product } from '../../../src/products/product.ts';
import { preset } from './preset.ts';

const group = 'Clinic: hooks';
/** A kind of id of its own. */
const hook = { words: 'hook', prefix: 'hok' } as const;

/** A surface that answers `{result}` and `{failure}`. */
const surface: Surface = {
  prefix: '/api/clinic',
  async run(_operation, _context, handle) {
    const { status, body } = await handle();
    return { status, body: { result: body } };
  },
  problem: ({ headers, document }) => ({ headers, body: { failure: document.detail } }),
  description: {
    headers: {},
    answer: (schema) => Type.Object({ result: schema ?? Type.Null() }),
    problem: { contentType: 'application/json', schema: Type.Object({ failure: Type.String() }) },
    statuses: [],
  },
};

const create = (rules: EndpointRules) =>
  operation({
    id: 'clinicCreateHook',
    summary: 'Add a hook',
    group,
    takes: { body: Type.Object({ to: Type.String() }, { additionalProperties: false }) },
    answers: {
      201: { description: 'The hook', schema: Type.Object({ id: Type.String(), secret: Type.String() }) },
    },
    runs: 'write',
    async handle(context, { body }) {
      const { queries, orgId } = context;
      const owner = { kind: 'organization', id: orgId } as const;
      const draft = { url: body.to, events: ['appointment.*'], contract: preset.contract.name };
      const made = await createEndpoint(queries, { ...context, ...rules }, { orgId, owner }, draft);
      return { status: 201, body: { id: publicId(hook, made.endpoint.id), secret: made.secret } };
    },
  });

const list = operation({
  id: 'clinicListHooks',
  summary: 'List hooks',
  group,
  answers: { 200: { description: 'All of them', schema: Type.Array(Type.Object({ id: Type.String() })) } },
  runs: 'read',
  async handle({ queries, orgId }) {
    const rows = await listByContract(queries, orgId, preset.contract.name, { deleted: false });
    return { status: 200, body: rows.map(({ id }) => ({ id: publicId(hook, id) })) };
  },
});

/** The entry by which the product is there. */
export const clinic: Product = {
  preset,
  groups: [{ name: group, description: 'Below `/api/clinic`.' }],
  routes: ({ endpointRules }) =>
    onSurface(surface, [
      route('POST', '/hooks', 'endpoints:write', create(endpointRules)),
      route('GET', '/hooks', 'endpoints:read', list),
    ]),
};
