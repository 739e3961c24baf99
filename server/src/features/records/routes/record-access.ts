import { invalidInput, SluiceError } from '../../../base/errors.ts';
import type { Credential } from '../../../http/credential.ts';
import { type MemberRights, rightIn } from '../../../tenants/members.ts';
import { type RecordScope, scopeName } from '../../../tenants/record-scopes.ts';

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

/**
 * Cuts what a refused change tells down to what may be seen: a schema is broken by a record as a whole, and an error
 * names the field that breaks it.
 */
export async function cutRefusals<T>(visible: readonly string[] | null, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw visible !== null && thrown instanceof SluiceError ? cutRefusal(visible, thrown) : thrown;
  }
}

function cutRefusal(visible: readonly string[], refusal: SluiceError): SluiceError {
  switch (refusal.code) {
    case 'invalid_input': {
      const errors = refusal.errors.filter(({ pointer }) => visible.includes(fieldAt(pointer)));
      return errors.length > 0
        ? new SluiceError('invalid_input', errors[0]?.detail ?? '', { errors })
        : invalidInput('', 'Together with what your scope hides, the record would break its schema.');
    }
    case 'invalid_event_data':
      return new SluiceError('invalid_event_data', 'The change breaks the schema of its event type.');
    case 'payload_too_large':
      return new SluiceError('payload_too_large', 'The record would be too large.');
    default:
      return refusal;
  }
}

/** The top-level field that a JSON pointer leads into; no field has the empty name. */
function fieldAt(pointer: string): string {
  return pointer.split('/', 2)[1]?.replaceAll('~1', '/').replaceAll('~0', '~') ?? '';
}

/**
 * @param used fields that are written, or that a list goes by
 * @throws {SluiceError} missing_scope, when one of them may not be seen
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
