import { type Static, Type } from 'typebox';
import { publicId } from '../../../base/ids.ts';
import { Closed, IdOf, OrNull, Timestamp } from '../../../http/fields.ts';
import { type RecordScope, scopeName } from '../../../tenants/record-scopes.ts';
import type { App as AppRow, AppVersion } from '../apps.ts';
import type { Installation as InstallationRow } from '../installations.ts';
import { type Differences, type ManifestWebhook, versionForm, webhookActions } from '../manifest.ts';
import type { InstallationToken as TokenRow } from '../tokens.ts';

const Word = (example: string) => Type.String({ pattern: '^[a-z0-9_]{1,48}$', examples: [example] });

export const VersionName = Type.String({
  pattern: versionForm.source,
  maxLength: 64,
  description: 'Semantic Versioning 2.0.0',
  examples: ['1.2.0'],
});

const FieldName = Type.String({
  pattern: '^[^\\u0000-\\u001f\\u007f]{1,128}$',
  maxLength: 128,
  description: '1 to 128 characters, no control characters',
});

const Scope = Closed({
  module: Word('crm'),
  model: Word('account'),
  access: Type.Enum(['read', 'write'], { description: '`write` includes reading' }),
  fields: Type.Optional(
    OrNull(
      Type.Array(FieldName, {
        minItems: 1,
        maxItems: 200,
        description: 'The fields that the app may see and write, besides `id`; all if left out',
      }),
    ),
  ),
});

const Webhook = Closed({
  module: Word('crm'),
  model: Word('account'),
  actions: Type.Array(Type.Enum([...webhookActions]), { minItems: 1, maxItems: 12 }),
  url: Type.String({ minLength: 1, maxLength: 2_048, examples: ['https://example.com/hooks/accounts'] }),
});

export const ManifestInput = Closed({
  version: VersionName,
  scopes: Type.Array(Scope, { maxItems: 100 }),
  webhooks: Type.Optional(Type.Array(Webhook, { maxItems: 100 })),
});

const ScopeNames = Type.Array(Type.String(), { examples: [['crm.account:read(email,name)']] });
const ShownScope = Type.Object({
  ...Scope.properties,
  fields: OrNull(Type.Array(Type.String())),
  name: Type.String(),
});
const DifferencesBody = Type.Object({
  from: OrNull(Type.String({ description: 'The version that it is compared with; null: nothing' })),
  scopes: Type.Object({ added: ScopeNames, removed: ScopeNames }),
  webhooks: Type.Object({
    added: Type.Array(Webhook),
    removed: Type.Array(Webhook),
    unchanged: Type.Array(Webhook),
  }),
  consent: Type.Array(Type.String(), { description: 'Scopes that an administrator has to consent to' }),
});

export const App = Type.Object({
  id: IdOf('app'),
  name: Type.String(),
  description: OrNull(Type.String()),
  created_at: Timestamp,
});

export const Version = Type.Object({
  app_id: IdOf('app'),
  version: VersionName,
  scopes: Type.Array(ShownScope),
  webhooks: Type.Array(Webhook),
  created_by: Type.String(),
  created_at: Timestamp,
});

export const VersionWithDifferences = Type.Object({
  ...Version.properties,
  differences: DifferencesBody,
});

const InstalledWebhook = Type.Object({ endpoint_id: IdOf('endpoint'), ...Webhook.properties });

export const Installation = Type.Object({
  id: IdOf('installation'),
  app_id: IdOf('app'),
  version: VersionName,
  scopes: ScopeNames,
  webhooks: Type.Array(InstalledWebhook),
  installed_by: Type.String(),
  created_at: Timestamp,
  updated_at: Timestamp,
});

const once = 'In this answer and in no other';
/** As it is answered when webhooks were made: those have their secrets. */
export const InstallationWithSecrets = Type.Object({
  ...Installation.properties,
  webhooks: Type.Array(
    Type.Object({
      ...InstalledWebhook.properties,
      secret: Type.Optional(Type.String({ description: `The signing secret of a new webhook. ${once}` })),
    }),
  ),
});

export const Token = Type.Object({
  id: IdOf('installationToken'),
  member_id: OrNull(IdOf('member')),
  last_four: Type.String(),
  created_by: Type.String(),
  created_at: Timestamp,
  last_used_at: OrNull(Timestamp),
});

export const NewToken = Type.Object({ ...Token.properties, secret: Type.String({ description: once }) });

export const NewInstallation = Type.Object({ ...InstallationWithSecrets.properties, token: NewToken });

export function showApp(row: AppRow): Static<typeof App> {
  return {
    id: publicId('app', row.id),
    name: row.name,
    description: row.description,
    created_at: row.created_at.toISOString(),
  };
}

function showScope(scope: RecordScope): Static<typeof ShownScope> {
  const { module, model, access, fields } = scope;
  return { module, model, access, fields: fields && [...fields], name: scopeName(scope) };
}

function showWebhook({ module, model, actions, url }: ManifestWebhook): Static<typeof Webhook> {
  return { module, model, actions: [...actions], url };
}

export function showVersion(row: AppVersion): Static<typeof Version> {
  return {
    app_id: publicId('app', row.app_id),
    version: row.version,
    scopes: row.manifest.scopes.map(showScope),
    webhooks: row.manifest.webhooks.map(showWebhook),
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
  };
}

export function showDifferences(
  from: string | null,
  { scopes, webhooks, consent }: Differences,
): Static<typeof DifferencesBody> {
  return {
    from,
    scopes: { added: scopes.added.map(scopeName), removed: scopes.removed.map(scopeName) },
    webhooks: {
      added: webhooks.added.map(showWebhook),
      removed: webhooks.removed.map(showWebhook),
      unchanged: webhooks.unchanged.map(showWebhook),
    },
    consent: consent.map(scopeName),
  };
}

export function showInstallation(row: InstallationRow): Static<typeof InstallationWithSecrets> {
  return {
    id: publicId('installation', row.id),
    app_id: publicId('app', row.app_id),
    version: row.version,
    scopes: row.manifest.scopes.map(scopeName),
    webhooks: row.webhooks.map((webhook) => ({
      endpoint_id: publicId('endpoint', webhook.endpointId),
      ...showWebhook(webhook),
      ...(webhook.secret === undefined ? {} : { secret: webhook.secret }),
    })),
    installed_by: row.installed_by,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

export function showToken(row: TokenRow): Static<typeof Token> {
  return {
    id: publicId('installationToken', row.id),
    member_id: row.member_id && publicId('member', row.member_id),
    last_four: row.last_four,
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
    last_used_at: row.last_used_at?.toISOString() ?? null,
  };
}
