import { type Static, Type } from 'typebox';
import { isTimeZone } from '../base/calendar.ts';
import { invalidInput } from '../base/errors.ts';
import { publicId } from '../base/ids.ts';
import { dropForOrganization } from '../deliveries/changes.ts';
import { Closed, given, IdOf, IdParams, OrNull, pathId, Text, Timestamp } from '../http/fields.ts';
import { listOperation } from '../http/list-operation.ts';
import { type Context, operation } from '../http/operation.ts';
import { recordAudit } from '../tenants/audit.ts';
import {
  changeOrganization,
  createOrganization,
  deleteOrganization,
  getOrganization,
  listOrganizations,
  type Organization as Row,
} from '../tenants/organizations.ts';
import type { ProductCatalogue } from './product-catalogue.ts';

const Slug = Type.String({
  pattern: '^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$',
  description: 'Subdomain name: a-z, 0-9 and -, at most 63 characters',
  examples: ['acme'],
});
const TimeZone = Type.String({ maxLength: 64, description: 'IANA time zone', examples: ['Europe/Berlin'] });

const Organization = Type.Object({
  id: IdOf('organization'),
  name: Type.String(),
  slug: Slug,
  preset: OrNull(Type.String({ description: 'The product that the organization has adopted' })),
  default_contract: Type.String({ description: 'The contract of new endpoints that name none' }),
  time_zone: TimeZone,
  created_at: Timestamp,
  updated_at: Timestamp,
});

const Create = Closed({
  name: Text(200, { minLength: 1, examples: ['Acme'] }),
  slug: Slug,
  preset: Type.Optional(OrNull(Type.String({ maxLength: 64 }))),
  time_zone: Type.Optional(TimeZone),
});

const Change = Closed(
  {
    name: Type.Optional(Text(200, { minLength: 1 })),
    slug: Type.Optional(Slug),
    time_zone: Type.Optional(TimeZone),
  },
  { minProperties: 1 },
);

function show(row: Row): Static<typeof Organization> {
  return {
    id: publicId('organization', row.id),
    name: row.name,
    slug: row.slug,
    preset: row.preset,
    default_contract: row.default_contract,
    time_zone: row.time_zone,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

function checkTimeZone(timeZone: string | undefined): void {
  if (timeZone !== undefined && !isTimeZone(timeZone))
    throw invalidInput('/time_zone', `There is no time zone "${timeZone}".`);
}

/** Into the audit log of the organization itself: the operator's credential belongs to none. */
function audit(
  { queries, clock, actor }: Context,
  orgId: string,
  change: string,
  details = {},
): Promise<void> {
  const entry = { action: `organization.${change}`, target: publicId('organization', orgId), details };
  return recordAudit(queries, clock, { orgId, actor }, entry);
}

const group = 'Organizations';

export const create = (products: ProductCatalogue) =>
  operation({
    id: 'createOrganization',
    summary: 'Create an organization',
    group,
    takes: { body: Create },
    answers: { 201: { description: 'The organization', schema: Organization } },
    runs: 'write',
    async handle(context, { body }) {
      const { queries, clock } = context;
      checkTimeZone(body.time_zone);
      const preset = body.preset ?? null;
      if (preset !== null && !products.has(preset))
        throw invalidInput('/preset', `There is no preset "${preset}".`);
      const made = await createOrganization(queries, clock, {
        name: body.name,
        slug: body.slug,
        defaultContract: products.defaultContract,
        timeZone: body.time_zone ?? 'UTC',
      });
      const row = preset === null ? made : await products.adopt(queries, made.id, preset);
      await audit(context, row.id, 'created', { preset: row.preset });
      return { status: 201, body: show(row) };
    },
  });

export const list = listOperation({
  id: 'listOrganizations',
  summary: 'List organizations, newest first',
  group,
  item: Organization,
  read: ({ queries }, _input, page) => listOrganizations(queries, page),
  position: ({ id }) => id,
  show,
});

export const get = operation({
  id: 'getOrganization',
  summary: 'Read an organization',
  group,
  takes: { params: IdParams },
  answers: { 200: { description: 'The organization', schema: Organization } },
  runs: 'read',
  async handle({ queries }, { params }) {
    return { status: 200, body: show(await getOrganization(queries, pathId('organization', params.id))) };
  },
});

export const change = operation({
  id: 'changeOrganization',
  summary: 'Change an organization',
  group,
  takes: { params: IdParams, body: Change },
  answers: { 200: { description: 'The organization', schema: Organization } },
  runs: 'write',
  async handle(context, { params, body }) {
    checkTimeZone(body.time_zone);
    const row = await changeOrganization(
      context.queries,
      pathId('organization', params.id),
      given({ name: body.name, slug: body.slug, timeZone: body.time_zone }),
    );
    await audit(context, row.id, 'changed', body);
    return { status: 200, body: show(row) };
  },
});

export const remove = operation({
  id: 'deleteOrganization',
  summary: 'Delete an organization',
  description:
    'Its keys are refused at once, nothing more is delivered, and its data can no longer be read. This cannot be undone.',
  group,
  takes: { params: IdParams },
  answers: { 204: { description: 'Deleted' } },
  runs: 'write',
  async handle(context, { params }) {
    const id = pathId('organization', params.id);
    await deleteOrganization(context.queries, id);
    await dropForOrganization(context.queries, id);
    await audit(context, id, 'deleted');
    return { status: 204 };
  },
});
