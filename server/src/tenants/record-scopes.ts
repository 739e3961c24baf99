/** A scope of records: what a credential may do with the records of one model. `write` includes reading. */
export interface RecordScope {
  readonly module: string;
  readonly model: string;
  readonly access: 'read' | 'write';
  /** The fields that may be read and written, sorted; `null`: all fields. */
  readonly fields: readonly string[] | null;
}

/**
 * A scope in text: `crm.account:read`, or `crm.account:read(email,name)`. Two different scopes never have the same text:
 * a field with other characters than letters, digits, `_`, `.` and `-` is written as a JSON string.
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
