import type { AppVersionSummary, CreateAppVersionBody } from '@sluice/client';
import { recordActions, typeOf } from '../records/record-types.ts';
import { isObject, syntaxErrorOf } from '../text/json.ts';
import type { ManifestWebhook, Scope } from './scopes.ts';

export interface ScopeDraft extends Pick<Scope, 'access'> {
  readonly key: number;
  /** Such as `crm.account`; `null` until chosen. */
  readonly type: string | null;
  /** None: all of them. */
  readonly fields: readonly string[];
}

export interface WebhookDraft extends Pick<ManifestWebhook, 'actions' | 'url'> {
  readonly key: number;
  readonly type: string | null;
}

/** A manifest while its form is filled in. */
export interface ManifestDraft {
  readonly version: string;
  readonly scopes: readonly ScopeDraft[];
  readonly webhooks: readonly WebhookDraft[];
}

let keys = 0;

/** What tells rows apart while they come and go. */
function newKey(): number {
  keys += 1;
  return keys;
}

/** The draft of the version after the given one. */
export function draftAfter(latest: AppVersionSummary | undefined): ManifestDraft {
  if (latest === undefined) return { version: '1.0.0', scopes: [newScope()], webhooks: [] };
  return draftOf({ ...latest, version: nextVersion(latest.version) });
}

export function draftOf({ version, scopes, webhooks = [] }: CreateAppVersionBody): ManifestDraft {
  return {
    version,
    scopes: scopes.map(({ module, model, access, fields }) => ({
      key: newKey(),
      type: typeOf({ module, model }),
      access,
      fields: fields ?? [],
    })),
    webhooks: webhooks.map(({ module, model, actions, url }) => ({
      key: newKey(),
      type: typeOf({ module, model }),
      actions,
      url,
    })),
  };
}

export function newScope(): ScopeDraft {
  return { key: newKey(), type: null, access: 'read', fields: [] };
}

export function newWebhook(): WebhookDraft {
  return { key: newKey(), type: null, actions: [...recordActions], url: '' };
}

/** As the API takes it; what was not chosen stays empty, so that the API says what is missing. */
export function manifestOf({ version, scopes, webhooks }: ManifestDraft): CreateAppVersionBody {
  return {
    version: version.trim(),
    scopes: scopes.map(({ type, access, fields }) => ({
      ...nameOf(type),
      access,
      ...(fields.length > 0 && { fields: [...fields] }),
    })),
    webhooks: webhooks.map(({ type, actions, url }) => ({
      ...nameOf(type),
      actions: [...actions],
      url: url.trim(),
    })),
  };
}

function nameOf(type: string | null): { module: string; model: string } {
  const [module = '', model = ''] = (type ?? '').split('.');
  return { module, model };
}

/** `1.2.3` → `1.3.0`; anything else is left to be typed. */
function nextVersion(version: string): string {
  const numbers = /^(\d+)\.(\d+)\.\d+$/.exec(version);
  return numbers === null ? '' : `${numbers[1]}.${Number(numbers[2]) + 1}.0`;
}

/** A version's manifest as it can be registered again: what the API added in its answer is left out. */
export function manifestText({ version, scopes, webhooks }: AppVersionSummary): string {
  const declared = scopes.map(({ module, model, access, fields }) => ({
    module,
    model,
    access,
    ...(fields !== null && { fields }),
  }));
  return JSON.stringify({ version, scopes: declared, webhooks }, null, 2);
}

/** A manifest that the form can show; otherwise why it cannot. */
export function readManifest(text: string): CreateAppVersionBody | string {
  const wrong = syntaxErrorOf(text);
  if (wrong !== null) return wrong;
  const read: unknown = JSON.parse(text);
  return isManifest(read) ? read : 'it has no version with lists of scopes and webhooks.';
}

function isManifest(value: unknown): value is CreateAppVersionBody {
  if (!isObject(value) || typeof value.version !== 'string') return false;
  const { scopes, webhooks = [] } = value;
  const isNamed = (entry: unknown) =>
    isObject(entry) && typeof entry.module === 'string' && typeof entry.model === 'string';
  return (
    Array.isArray(scopes) &&
    scopes.every((scope) => isNamed(scope) && isTexts(scope.fields ?? [])) &&
    Array.isArray(webhooks) &&
    webhooks.every(
      (webhook) => isNamed(webhook) && typeof webhook.url === 'string' && isTexts(webhook.actions),
    )
  );
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}
