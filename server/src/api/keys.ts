import { type Static, Type } from 'typebox';
import { invalidInput, SluiceError } from '../base/errors.ts';
import { publicId } from '../base/ids.ts';
import { heldScopes } from '../http/credential.ts';
import { Closed, futureTime, IdOf, IdParams, OrNull, pathId, Text, Timestamp } from '../http/fields.ts';
import { listOperation } from '../http/list-operation.ts';
import { type Context, operation } from '../http/operation.ts';
import { recordAudit } from '../tenants/audit.ts';
import { createKey, listKeys, type Key as Row, revokeKey } from '../tenants/keys.ts';
import { getOrganization, type Organization } from '../tenants/organizations.ts';
import { covers, isGrantable } from '../tenants/scopes.ts';
import type { ProductCatalogue } from './product-catalogue.ts';

const Key = Type.Object({
  id: IdOf('key'),
  name: Type.String(),
  prefix: Type.String({ description: 'The beginning of the secret' }),
  last_four: Type.String({ description: 'The end of the secret' }),
  scopes: Type.Array(Type.String()),
  created_by: Type.String(),
  created_at: Timestamp,
  last_used_at: OrNull(Timestamp),
  expires_at: OrNull(Timestamp),
  revoked_at: OrNull(Timestamp),
});

const NewKey = Type.Object({
  ...Key.properties,
  secret: Type.String({ description: 'Shown only now: only its hash is stored' }),
});

const Create = Closed({
  name: Text(200, { minLength: 1, examples: ['Order service'] }),
  scopes: Type.Array(Type.String({ maxLength: 64 }), {
    minItems: 1,
    maxItems: 64,
    examples: [['events:write', 'endpoints:*']],
  }),
  expires_at: Type.Optional(OrNull(Timestamp)),
});

function show(row: Row): Static<typeof Key> {
  return {
    id: publicId('key', row.id),
    name: row.name,
    prefix: row.prefix,
    last_four: row.last_four,
    scopes: row.scopes,
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
    last_used_at: row.last_used_at?.toISOString() ?? null,
    expires_at: row.expires_at?.toISOString() ?? null,
    revoked_at: row.revoked_at?.toISOString() ?? null,
  };
}

async function issueKey(
  { queries, actor, clock }: Context,
  organization: Organization,
  prefix: string,
  body: Static<typeof Create>,
) {
  const expiresAt = futureTime(clock, body.expires_at ?? null, '/expires_at');
  const { key, secret } = await createKey(queries, clock, organization.id, {
    name: body.name,
    scopes: body.scopes,
    prefix,
    expiresAt,
    createdBy: actor.name,
  });
  const target = publicId('key', key.id);
  const details = { name: body.name, scopes: body.scopes };
  await recordAudit(
    queries,
    clock,
    { orgId: organization.id, actor },
    { action: 'key.created', target, details },
  );
  return { status: 201, body: { ...show(key), secret } };
}

/**
 * Refuses to grant scopes beyond those of a credential.
 * @throws {SluiceError} invalid_input, for a scope that does not exist; missing_scope, for one that is not held
 */
function checkGrant(held: readonly string[], granted: readonly string[]): void {
  for (const [index, scope] of granted.entries()) {
    if (!isGrantable(scope)) throw invalidInput(`/scopes/${index}`, `There is no scope "${scope}".`);
    if (!covers(held, scope))
      throw new SluiceError(
        'missing_scope',
        `The credential cannot grant ${scope}, which it does not hold.`,
        {
          errors: [{ pointer: `/scopes/${index}`, detail: scope }],
        },
      );
  }
}

const group = 'Keys';

export const createFirst = (products: ProductCatalogue) =>
  operation({
    id: 'createOrganizationKey',
    summary: 'Create a key for an organization, as the operator',
    group,
    takes: { params: IdParams, body: Create },
    answers: { 201: { description: 'The key with its secret', schema: NewKey } },
    runs: 'write',
    async handle(context, { params, body }) {
      const organization = await getOrganization(context.queries, pathId('organization', params.id));
      checkGrant(['*'], body.scopes);
      return issueKey(context, organization, products.keyPrefix(organization.preset), body);
    },
  });

export const create = (products: ProductCatalogue) =>
  operation({
    id: 'createKey',
    summary: 'Create a key',
    description: 'A credential can only grant scopes that it holds itself.',
    group,
    takes: { body: Create },
    answers: { 201: { description: 'The key with its secret', schema: NewKey } },
    runs: 'write',
    async admit({ credential }, { body }) {
      checkGrant(heldScopes(credential), body.scopes);
    },
    async handle(context, { body }) {
      const organization = await getOrganization(context.queries, context.orgId);
      checkGrant(heldScopes(context.credential), body.scopes);
      return issueKey(context, organization, products.keyPrefix(organization.preset), body);
    },
  });

export const list = listOperation({
  id: 'listKeys',
  summary: 'List keys, newest first, revoked keys included',
  group,
  item: Key,
  read: ({ queries, orgId }, _input, page) => listKeys(queries, orgId, page),
  position: ({ id }) => id,
  show,
});

export const revoke = operation({
  id: 'revokeKey',
  summary: 'Revoke a key at once',
  group,
  takes: { params: IdParams },
  answers: { 204: { description: 'Revoked' } },
  runs: 'write',
  async handle({ queries, orgId, audit }, { params }) {
    await revokeKey(queries, orgId, pathId('key', params.id));
    await audit({ action: 'key.revoked', target: params.id });
    return { status: 204 };
  },
});
