import { SluiceError } from '../../base/errors.ts';
import type { Credential } from '../../http/operation.ts';
import { type MemberRights, type RecordScope, rightIn, scopeName } from '../../tenants/record-scopes.ts';

/** What somebody wants to do with records of one model. */
type Wanted = Pick<RecordScope, 'module' | 'model' | 'access'>;

/**
 * Which fields a credential may see and write; `null`: all. Keys go by their scopes alone, which the route has
 * checked; members by their right in the module; an app by the scopes that its manifest declares, and by the right of
 * the member that it acts for.
 * @throws {SluiceError} missing_scope (an undeclared scope, named), forbidden (the member's right)
 */
export function visibleFields(credential: Credential | null, wanted: Wanted): readonly string[] | null {
  if (credential === null || !('scopes' in credential))
    throw new Error('Only credentials of organizations come here.');
  if (credential.kind === 'key') return null;
  if (credential.kind === 'member') {
    checkRight(credential, wanted);
    return null;
  }
  const scope = credential.recordScopes.find(
    ({ module, model }) => module === wanted.module && model === wanted.model,
  );
  if (!scope || (wanted.access === 'write' && scope.access !== 'write')) {
    const name = scopeName({ ...wanted, fields: null });
    throw new SluiceError('missing_scope', `The installed version of the app declares no scope ${name}.`, {
      errors: [{ pointer: 'header:Authorization', detail: name }],
    });
  }
  if (credential.actsFor !== null) checkRight(credential.actsFor, wanted);
  return scope.fields;
}

function checkRight(member: MemberRights, { module, access }: Wanted): void {
  const right = rightIn(member, module);
  if (right === 'write' || right === access) return;
  throw new SluiceError(
    'forbidden',
    `The member's access right in the module ${module} is "${right}"; "${access}" is needed.`,
  );
}

/** @throws {SluiceError} missing_scope, when a field is written that may not be seen */
export function refuseHiddenFields(
  visible: readonly string[] | null,
  wanted: Wanted,
  written: readonly string[],
): void {
  const hidden = visible === null ? [] : written.filter((field) => !visible.includes(field));
  if (hidden.length === 0) return;
  const name = scopeName({ ...wanted, fields: hidden });
  throw new SluiceError('missing_scope', `The installed version of the app declares no scope ${name}.`, {
    errors: hidden.map((field) => ({
      pointer: `/${field.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      detail: scopeName({ ...wanted, fields: [field] }),
    })),
  });
}
