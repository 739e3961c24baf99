import type { AppVersionSummary } from '@sluice/client';
import { typeOf } from '../records/record-types.ts';

export type Scope = AppVersionSummary['scopes'][number];
export type ManifestWebhook = AppVersionSummary['webhooks'][number];

/** What a scope lets an app do, in the words of the consent. */
export function wordsOfScope({ module, model, access, fields }: Scope): string {
  const what = access === 'write' ? 'See, create, change and delete' : 'See';
  const whose = `${typeOf({ module, model })} records`;
  if (fields === null) return `${what} ${whose} with every field`;
  return `${what} ${whose}, of each ${listOf(fields)}`;
}

/** `a, b and c`. */
function listOf(words: readonly string[]): string {
  const [last = '', ...others] = [...words].reverse();
  return others.length === 0 ? `only ${last}` : `only ${others.reverse().join(', ')} and ${last}`;
}

/** What a scope became, from one version to another. `changed`: wider in one respect, narrower in another. */
export type ScopeChangeKind = 'added' | 'widened' | 'changed' | 'narrowed' | 'removed' | 'unchanged';

export interface ScopeChange {
  /** Such as `crm.account`. */
  readonly type: string;
  readonly kind: ScopeChangeKind;
  readonly before: Scope | null;
  readonly after: Scope | null;
}

const order: readonly ScopeChangeKind[] = ['added', 'widened', 'changed', 'narrowed', 'removed', 'unchanged'];

/** Compares scopes model by model; what asks for more comes first. */
export function compareScopes(before: readonly Scope[], after: readonly Scope[]): ScopeChange[] {
  const earlier = new Map(before.map((scope) => [typeOf(scope), scope]));
  const later = new Map(after.map((scope) => [typeOf(scope), scope]));
  const changes = [...new Set([...later.keys(), ...earlier.keys()])].map((type) => {
    const pair = { before: earlier.get(type) ?? null, after: later.get(type) ?? null };
    return { type, kind: kindOf(pair.before, pair.after), ...pair };
  });
  return changes.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

function kindOf(before: Scope | null, after: Scope | null): ScopeChangeKind {
  if (before === null) return 'added';
  if (after === null) return 'removed';
  const keeps = includes(after, before);
  if (includes(before, after)) return keeps ? 'unchanged' : 'narrowed';
  return keeps ? 'widened' : 'changed';
}

/** Whether the first scope allows everything that the second one does. */
function includes(scope: Scope, wanted: Scope): boolean {
  if (scope.access === 'read' && wanted.access === 'write') return false;
  const { fields } = scope;
  return fields === null || (wanted.fields?.every((field) => fields.includes(field)) ?? false);
}
