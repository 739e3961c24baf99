/** Every scope that a key can have. */
export const scopes = [
  'keys:read',
  'keys:write',
  'members:read',
  'members:write',
  'event_types:read',
  'event_types:write',
  'events:read',
  'events:write',
  'schedules:read',
  'schedules:write',
  'endpoints:read',
  'endpoints:write',
  'notifications:read',
  'notifications:write',
  'integrations:read',
  'integrations:write',
  'deliveries:read',
  'deliveries:write',
  'audit:read',
  'workflows:read',
  'workflows:write',
  'reviews:read',
  'reviews:write',
  'reviews:act',
  'review_gates:read',
  'review_gates:write',
  'embed_tokens:read',
  'embed_tokens:write',
  'record_types:read',
  'record_types:write',
  'records:read',
  'records:write',
  'apps:read',
  'apps:write',
  'evaluations:read',
  'evaluations:write',
] as const;

export type Scope = (typeof scopes)[number];

/** Whether a text is a scope, `*` (all scopes) or a wildcard such as `events:*`. Wildcards cover scopes of later versions too. */
export function isGrantable(text: string): boolean {
  return text === '*' || scopes.some((scope) => scope === text || `${scope.split(':')[0]}:*` === text);
}

/** Whether the scopes of a credential cover one scope or a whole wildcard. */
export function covers(held: readonly string[], wanted: string): boolean {
  if (held.includes('*') || held.includes(wanted)) return true;
  const subject = wanted.split(':')[0];
  if (wanted !== '*' && held.includes(`${subject}:*`)) return true;
  const parts = scopes.filter(
    (scope) => wanted === '*' || (wanted === `${subject}:*` && scope.startsWith(`${subject}:`)),
  );
  return wanted !== '*' && parts.length > 0 && parts.every((scope) => held.includes(scope));
}

/** The scopes of a member's own credentials. In records, the member's access rights bound them further, by module. */
const scopesOfRoles = {
  owner: ['*'],
  admin: ['*'],
  hr_admin: ['members:read', 'event_types:read', 'integrations:*', 'record_types:read', 'records:*'],
  member: ['event_types:read', 'record_types:read', 'records:*'],
} as const satisfies Record<string, readonly string[]>;

export function scopesOfRole(role: keyof typeof scopesOfRoles): readonly string[] {
  return scopesOfRoles[role];
}

/** The scopes that both lists cover. */
export function commonScopes(a: readonly string[], b: readonly string[]): string[] {
  return [...new Set([...a.filter((scope) => covers(b, scope)), ...b.filter((scope) => covers(a, scope))])];
}
