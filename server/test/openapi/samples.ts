import { randomBytes } from 'node:crypto';
import type { DocumentedRoute, Schema } from './document.ts';
import { references, registeredVersion, type World } from './places.ts';
import type { Tenant } from './tenant.ts';

/**
 * What a member of this name must be for its route to accept it. All others are made from their schemas: texts from
 * the organization's marker, numbers as large as they may be.
 */
const named: Readonly<Record<string, (tenant: Tenant, schema: Schema) => unknown>> = {
  url: (tenant) => `${tenant.receiver.url}/${tenant.marker}`,
  contract: () => 'standard',
  secret: () => `whsec_${randomBytes(32).toString('base64')}`,
  preset: () => null,
  time_zone: () => 'Europe/Berlin',
  cron: () => '30 9 * * 1',
  // The last owner of an organization cannot go.
  role: () => 'member',
  // Of a key; an app's are made from their schema.
  scopes: (_tenant, { items }) => (items?.type === 'string' ? ['*'] : undefined),
  module: () => 'crm',
  model: () => 'account',
  overlap_seconds: () => 60,
  // Anybody may decide; after the first of two approvals, which is the task's second version.
  reviewers: () => null,
  approvals: () => 2,
  version: sampleVersion,
  // A queue to escalate to needs the workflow first.
  escalation: () => null,
  content_type: () => 'text/plain',
  allowed_origins: (tenant) => [`https://${tenant.marker}.example.com`],
  timeout_seconds: () => 10,
};

/** Of a review task, or of an app: one that is there, or a new one. */
function sampleVersion(tenant: Tenant, { type, description }: Schema): unknown {
  if (type === 'integer') return 2;
  return description?.startsWith('A registered') ? registeredVersion : `1.1.0-${tenant.text()}`;
}

type Members = Readonly<Record<string, unknown>>;

/** What members of single routes must be besides. */
const fixed: Readonly<Record<string, Members | ((tenant: Tenant) => Promise<Members>)>> = {
  'POST /v1/sessions': async (tenant) => ({ link: await tenant.newLink() }),
  'PUT /v1/me/password': { password: 'correct horse battery', current_password: 'correct horse battery' },
  'POST /v1/organizations/{id}/sign-in-links': async (tenant) => ({ email: await memberOf(tenant) }),
  'POST /api/public/v1/webhooks': { events: ['evaluation.complete'] },
  'POST /api/plugins/webhooks': { events: ['job.closed'] },
  'PUT /api/plugins/webhooks/{id}': { events: ['job.closed'] },
  'POST /v1/integrations': { events: ['system'] },
};

async function memberOf(tenant: Tenant): Promise<string> {
  const email = `${tenant.text()}@example.com`;
  await tenant.call('POST', '/v1/members', { email, name: tenant.text() });
  return email;
}

/** The members of a route's sample body that its schema alone does not give away. */
export async function fixedMembers({ name }: DocumentedRoute, tenant: Tenant): Promise<Members> {
  const members = fixed[name] ?? {};
  return typeof members === 'function' ? members(tenant) : members;
}

/** A value that its route accepts, with everything in it that may be in it. */
export async function sampleOf(name: string, schema: Schema, world: World, tenant: Tenant): Promise<unknown> {
  const reference = references[name];
  if (reference && schema.type === 'string')
    return reference.fresh?.(tenant) ?? world.thing(name, reference, tenant);
  const own = named[name]?.(tenant, schema);
  if (own !== undefined) return own;
  const [choice] = schema.anyOf ?? schema.oneOf ?? [];
  if (choice) return sampleOf(name, choice, world, tenant);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  switch (schema.type) {
    case 'object':
      return sampleObject(schema, world, tenant);
    case 'array':
      return [await sampleOf(name, schema.items ?? {}, world, tenant)];
    case 'integer':
    case 'number':
      return schema.maximum ?? 1;
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return sampleText(schema, tenant);
  }
}

async function sampleObject(schema: Schema, world: World, tenant: Tenant): Promise<Record<string, unknown>> {
  const result: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(schema.properties ?? {}))
    result[name] = await sampleOf(name, inner, world, tenant);
  const rest = Object.values(schema.patternProperties ?? {})[0] ?? schema.additionalProperties;
  if (typeof rest === 'object') result[tenant.marker] = await sampleOf('', rest, world, tenant);
  return result;
}

function sampleText(schema: Schema, tenant: Tenant): string {
  if (schema.format === 'date-time') return new Date(tenant.app.parts.clock.now() + 3_600_000).toISOString();
  return tenant.text();
}

/** Names in bodies and queries that look like names of things and are not in `references`. */
export function findUnclassified(route: DocumentedRoute): string[] {
  const found = new Set<string>();
  const visit = (name: string, schema: Schema | boolean | undefined): void => {
    if (typeof schema !== 'object') return;
    const looksLikeOne = /(?:^|_)ids?$/.test(name) || /^Ids? of /.test(schema.description ?? '');
    if (looksLikeOne && !(name in references)) found.add(name);
    for (const [inner, property] of Object.entries(schema.properties ?? {})) visit(inner, property);
    for (const choice of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) visit(name, choice);
    visit(name, schema.items);
    visit('', schema.additionalProperties);
  };
  for (const [name, schema] of route.query) visit(name, schema);
  visit('', route.body?.schema);
  return [...found].map(
    (name) =>
      `${route.name}: "${name}" seems to stand for a thing of the organization; add a line to \`references\` in server/test/openapi/places.ts`,
  );
}

/** A copy of a body with another value wherever this name is. */
export function replaceNamed(body: unknown, name: string, change: (value: unknown) => unknown): unknown {
  if (Array.isArray(body)) return body.map((item) => replaceNamed(item, name, change));
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(
    Object.entries(body).map(([key, inner]) => [
      key,
      key === name ? change(inner) : replaceNamed(inner, name, change),
    ]),
  );
}

/** Whether a body has a member of this name, at whatever depth. */
export function hasNamed(body: unknown, name: string): boolean {
  if (typeof body !== 'object' || body === null) return false;
  return Object.entries(body).some(([key, inner]) => key === name || hasNamed(inner, name));
}
