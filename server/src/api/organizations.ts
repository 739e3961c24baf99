import { type Static, Type } from 'typebox';
import { isTimeZone } from '../base/calendar.ts';
import { invalidInput } from '../base/errors.ts';
import { publicId } from '../base/ids.ts';
import { dropForOrganization } from '../deliveries/changes.ts';
import { given, IdOf, IdParams, OrNull, pathId, Text, Timestamp } from '../http/fields.ts';
import { operation } from '../http/operation.ts';
import { PageOf, PageQuery, pageOf, readCursor } from '../http/page.ts';
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
  preset: OrNull(Type.String({ description: 'The product that it adopted' })),
  default_contract: Type.String({ description: 'What new endpoints get when they name no contract' }),
  time_zone: TimeZone,
  created_at: Timestamp,
  updated_at: Timestamp,
});

const Create = Type.Object(
  {
    name: Text(200, { minLength: 1, examples: ['Acme'] }),
    slug: Slug,
    preset: Type.Optional(OrNull(Type.String({ maxLength: 64 }))),
    time_zone: Type.Optional(TimeZone),
  },
  { additionalProperties: false },
);

const Change = Type.Object(
  {
    name: Type.Optional(Text(200, { minLength: 1 })),
    slug: Type.Optional(Slug),
    time_zone: Type.Optional(TimeZone),
  },
  { additionalProperties: false, minProperties: 1 },
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

const group = 'Organizations';

export const create = (products: ProductCatalogue) =>
  operation({
    id: 'createOrganization',
    summary: 'Create an organization',
    group,
    takes: { body: Create },
    answers: { 201: { description: 'The organization', schema: Organization } },
    runs: 'write',
    async handle({ queries, actor, clock }, { body }) {
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
      await recordAudit(queries, clock, row.id, actor, {
        action: 'organization.created',
        target: publicId('organization', row.id),
        details: { preset: row.preset },
      });
      return { status: 201, body: show(row) };
    },
  });

export const list = operation({
  id: 'listOrganizations',
  summary: 'List organizations, newest first',
  group,
  takes: { query: PageQuery },
  answers: { 200: { description: 'A page', schema: PageOf(Organization) } },
  runs: 'read',
  async handle({ queries, orgId, sealer }, { query }) {
    const name = { sealer, list: 'organizations', orgId };
    const rows = await listOrganizations(queries, {
      before: readCursor(name, query.cursor),
      limit: query.limit + 1,
    });
    return { status: 200, body: pageOf(name, rows, query.limit, (row) => row.id, show) };
  },
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
  async handle({ queries, actor, clock }, { params, body }) {
    checkTimeZone(body.time_zone);
    const row = await changeOrganization(
      queries,
      pathId('organization', params.id),
      given({ name: body.name, slug: body.slug, timeZone: body.time_zone }),
    );
    await recordAudit(queries, clock, row.id, actor, {
      action: 'organization.changed',
      target: publicId('organization', row.id),
      details: body,
    });
    return { status: 200, body: show(row) };
  },
});

export const remove = operation({
  id: 'deleteOrganization',
  summary: 'Delete an organization',
  description:
    'Its keys stop at once, nothing more is delivered, and its data can no longer be read. It cannot be undone.',
  group,
  takes: { params: IdParams },
  answers: { 204: { description: 'Deleted' } },
  runs: 'write',
  async handle({ queries, actor, clock }, { params }) {
    const id = pathId('organization', params.id);
    await deleteOrganization(queries, id);
    await dropForOrganization(queries, id);
    await recordAudit(queries, clock, id, actor, {
      action: 'organization.deleted',
      target: publicId('organization', id),
    });
    return { status: 204 };
  },
});
