import { invalidInput, SluiceError } from '../../base/errors.ts';
import { includesScope, type RecordScope, scopeName } from '../../tenants/record-scopes.ts';

export const webhookActions = ['create', 'update', 'delete'] as const;

export interface ManifestWebhook {
  readonly module: string;
  readonly model: string;
  /** Sorted. */
  readonly actions: readonly (typeof webhookActions)[number][];
  readonly url: string;
}

/** What a version of an app asks for, in the one spelling in which two can be compared. */
export interface Manifest {
  readonly scopes: readonly RecordScope[];
  readonly webhooks: readonly ManifestWebhook[];
}

/** Semantic Versioning 2.0.0. */
export const versionForm =
  /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/**
 * Checks a manifest and brings it into its one spelling.
 * @param checkUrl answers a URL in its normal form, or throws what is wrong with it
 * @throws {SluiceError} missing_scope (a webhook without a scope, which it names), invalid_input
 */
export function readManifest(given: Manifest, checkUrl: (url: string, pointer: string) => string): Manifest {
  const scopes = given.scopes.map((scope) => ({ ...scope, fields: scope.fields && sorted(scope.fields) }));
  refuseRepeated(scopes, 'scopes', ({ module, model }) => `${module}.${model}`);
  for (const [index, { module, model }] of given.webhooks.entries()) {
    if (scopes.some((scope) => scope.module === module && scope.model === model)) continue;
    const name = scopeName({ module, model, access: 'read', fields: null });
    throw new SluiceError(
      'missing_scope',
      `The webhook needs the scope ${name}, which the manifest does not declare.`,
      {
        errors: [{ pointer: `/webhooks/${index}`, detail: name }],
      },
    );
  }
  const webhooks = given.webhooks.map((webhook, index) => ({
    module: webhook.module,
    model: webhook.model,
    actions: sorted(webhook.actions),
    url: checkUrl(webhook.url, `/webhooks/${index}/url`),
  }));
  refuseRepeated(webhooks, 'webhooks', ({ module, model, url }) => `${module}.${model} ${url}`);
  return { scopes, webhooks };
}

function sorted<T extends string>(words: readonly T[]): T[] {
  return [...new Set(words)].sort();
}

function refuseRepeated<T>(entries: readonly T[], list: string, nameOf: (entry: T) => string): void {
  const names = entries.map(nameOf);
  const index = names.findIndex((name, place) => names.indexOf(name) !== place);
  if (index >= 0) throw invalidInput(`/${list}/${index}`, 'This one is declared twice; join the two.');
}

/** What makes two webhooks the same one. */
export function definitionOf({ module, model, actions, url }: ManifestWebhook): string {
  return JSON.stringify([module, model, actions, url]);
}

export interface Differences {
  readonly scopes: { readonly added: readonly RecordScope[]; readonly removed: readonly RecordScope[] };
  readonly webhooks: {
    readonly added: readonly ManifestWebhook[];
    readonly removed: readonly ManifestWebhook[];
    readonly unchanged: readonly ManifestWebhook[];
  };
  /** Scopes that go beyond those before: an administrator has to consent to them. */
  readonly consent: readonly RecordScope[];
}

const nothing: Manifest = { scopes: [], webhooks: [] };

/** What becomes different from one manifest to another; `null`: from nothing. */
export function compareManifests(before: Manifest | null, after: Manifest): Differences {
  const earlier = before ?? nothing;
  const has = <T>(list: readonly T[], entry: T, nameOf: (entry: T) => string) =>
    list.some((other) => nameOf(other) === nameOf(entry));
  return {
    scopes: {
      added: after.scopes.filter((scope) => !has(earlier.scopes, scope, scopeName)),
      removed: earlier.scopes.filter((scope) => !has(after.scopes, scope, scopeName)),
    },
    webhooks: {
      added: after.webhooks.filter((webhook) => !has(earlier.webhooks, webhook, definitionOf)),
      removed: earlier.webhooks.filter((webhook) => !has(after.webhooks, webhook, definitionOf)),
      unchanged: after.webhooks.filter((webhook) => has(earlier.webhooks, webhook, definitionOf)),
    },
    consent: after.scopes.filter((scope) => !earlier.scopes.some((held) => includesScope(held, scope))),
  };
}

/** An administrator's word: to everything that was asked for, or to the scopes that are named. */
export type Consent = boolean | readonly string[];

/**
 * @param asked the scopes that need consent
 * @throws {SluiceError} consent_required, listing the scopes that were not consented to
 */
export function requireConsent(asked: readonly RecordScope[], consent: Consent | undefined): void {
  const missing = asked
    .map(scopeName)
    .filter((name) => consent !== true && !(Array.isArray(consent) && consent.includes(name)));
  if (missing.length === 0) return;
  throw new SluiceError('consent_required', `An administrator has to consent to ${missing.join(', ')}.`, {
    errors: missing.map((name) => ({ pointer: '/consent', detail: name })),
  });
}
