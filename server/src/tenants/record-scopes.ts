import type { AccessRights, accessLevels, MemberRole } from './members.ts';

/** What somebody may do with the records of one model. `write` includes reading. */
export interface RecordScope {
  readonly module: string;
  readonly model: string;
  readonly access: 'read' | 'write';
  /** The fields that may be seen and written, sorted; `null`: all of them. */
  readonly fields: readonly string[] | null;
}

/** Whose rights bound a credential that acts for a member. */
export interface MemberRights {
  readonly memberId: string;
  readonly role: MemberRole;
  readonly access: AccessRights;
}

/**
 * How people and programs write a scope: `crm.account:read`, or `crm.account:read(email,name)`. Two scopes never have
 * the same name: a field whose own name could be taken for something else stands in quotes.
 */
export function scopeName({ module, model, access, fields }: RecordScope): string {
  return `${module}.${model}:${access}${fields === null ? '' : `(${fields.map(fieldName).join(',')})`}`;
}

function fieldName(field: string): string {
  return /^[\p{L}\p{N}_.-]+$/u.test(field) ? field : JSON.stringify(field);
}

/** Whether the first scope allows everything that the second one does. */
export function includesScope(scope: RecordScope, wanted: RecordScope): boolean {
  if (scope.module !== wanted.module || scope.model !== wanted.model) return false;
  if (scope.access === 'read' && wanted.access === 'write') return false;
  const { fields } = scope;
  return fields === null || (wanted.fields?.every((field) => fields.includes(field)) ?? false);
}

/** A member's right in a module: what was given, otherwise everything for owners and admins and nothing for others. */
export function rightIn({ role, access }: MemberRights, module: string): (typeof accessLevels)[number] {
  const given = Object.hasOwn(access, module) ? access[module] : undefined;
  return given ?? (role === 'owner' || role === 'admin' ? 'write' : 'none');
}
