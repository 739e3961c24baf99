import { invalidInput, SluiceError } from '../../../base/errors.ts';
import type { Credential } from '../../../http/credential.ts';
import { type MemberRights, rightIn } from '../../../tenants/members.ts';
import { type RecordScope, scopeName } from '../../../tenants/record-scopes.ts';

/** The access to the records of a model that a request needs. */
type Wanted = Pick<RecordScope, 'module' | 'model' | 'access'>;

/**
 * The fields that a credential may read and write; `null`: all fields. Keys are bounded by their scopes alone, which the
 * route has checked; members by their right in the module; apps by the record scopes in their manifest and by the right
 * of the member for whom they act.
 * @throws {SluiceError} missing_scope, naming the record scope; forbidden, where the member's right is too small
 */
export function visibleFields(credential: Credential | null, wanted: Wanted): readonly string[] | null {
  if (credential === null || !('scopes' in credential))
    throw new Error('The credential is not an organization’s.');
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
    `The member's access right in the module ${module} is "${right}"; it needs "${access}".`,
  );
}

/**
 * Removes hidden fields from the refusals of a change: a schema judges the whole record, so an error may name a field
 * that the credential may not see.
 */
export async function withoutHiddenFields<T>(
  visible: readonly string[] | null,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw visible !== null && thrown instanceof SluiceError ? withoutHidden(visible, thrown) : thrown;
  }
}

function withoutHidden(visible: readonly string[], refusal: SluiceError): SluiceError {
  switch (refusal.code) {
    case 'invalid_input': {
      const errors = refusal.errors.filter(({ pointer }) => visible.includes(fieldAt(pointer)));
      return errors.length > 0
        ? new SluiceError('invalid_input', errors[0]?.detail ?? '', { errors })
        : invalidInput(
            '',
            'Together with the fields that your scope hides, the record would break its schema.',
          );
    }
    case 'invalid_event_data':
      return new SluiceError('invalid_event_data', 'The change breaks the schema of its event type.');
    case 'payload_too_large':
      return new SluiceError('payload_too_large', 'The record would be too large.');
    default:
      return refusal;
  }
}

/** The top-level field in a JSON pointer; `''` for the record itself, because no field has the empty name. */
function fieldAt(pointer: string): string {
  return pointer.split('/', 2)[1]?.replaceAll('~1', '/').replaceAll('~0', '~') ?? '';
}

/**
 * Refuses a request that uses hidden fields.
 * @param used fields that the request writes or by which it sorts
 * @throws {SluiceError} missing_scope, naming the record scope
 */
export function refuseHiddenFields(
  visible: readonly string[] | null,
  wanted: Wanted,
  used: readonly string[],
  place: '/' | '?' = '/',
): void {
  const hidden = visible === null ? [] : used.filter((field) => !visible.includes(field));
  if (hidden.length === 0) return;
  const name = scopeName({ ...wanted, fields: hidden });
  throw new SluiceError('missing_scope', `The installed version of the app declares no scope ${name}.`, {
    errors: hidden.map((field) => ({
      pointer: `${place}${field.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      detail: scopeName({ ...wanted, fields: [field] }),
    })),
  });
}
