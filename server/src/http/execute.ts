import { invalidInput, SluiceError } from '../base/errors.ts';
import type { Queries } from '../db/connect.ts';
import { transact } from '../db/transaction.ts';
import { type Actor, recordAudit } from '../tenants/audit.ts';
import {
  claimIdempotencyKeys,
  type IdempotentRequest,
  keepAnswers,
  requestHash,
} from '../tenants/idempotency.ts';
import type { Credential } from './credential.ts';
import type { Door } from './door.ts';
import type { Answer, Context, Input } from './operation.ts';
import type { Route } from './route.ts';

/** One request, ready to be carried out. */
export interface Execution {
  readonly credential: Credential | null;
  /** Answers the credential as it is after a wait, or refuses it. */
  reauthenticate(): Promise<Credential | null>;
  readonly actor: Actor;
  readonly method: string;
  readonly path: string;
  readonly idempotencyKey: string | undefined;
  readonly input: Input<unknown, unknown, unknown>;
}

/** Idempotency keys of the operator, who belongs to no organization. */
const nobody = '00000000-0000-0000-0000-000000000000';

/**
 * Runs an operation in the surroundings that its mode asks for. In a `write`, the idempotency key, the change, its
 * audit entry and the answer commit together or not at all.
 */
export async function execute(
  door: Pick<Door, 'database' | 'clock' | 'sealer'>,
  { operation, surface }: Route,
  execution: Execution,
): Promise<Answer> {
  const { database, clock, sealer } = door;
  const { actor, input } = execution;
  let { credential } = execution;
  const orgId = credential !== null && credential.kind !== 'operator' ? credential.orgId : nobody;
  const idempotency = operation.runs.repeatable ? readIdempotency(orgId, execution) : null;
  const reauthenticate = async () => {
    credential = await execution.reauthenticate();
  };
  const contextOn = (queries: Queries): Context => ({
    credential,
    orgId,
    actor,
    queries,
    clock,
    sealer,
    idempotency,
    audit: (entry) => recordAudit(queries, clock, orgId, actor, entry),
    reauthenticate,
  });
  const prepared = await operation.prepare?.(input, { orgId, queries: database.queries, clock });
  const run = (context: Context) =>
    surface.run(operation, context, () => operation.handle(context, input, prepared));
  await reauthenticate();
  if (operation.runs.mode !== 'write') return run(contextOn(database.queries));
  const answer = await transact(database.queries, async (tx) => {
    const context = contextOn(tx);
    if (idempotency === null) return run(context);
    await operation.admit?.(context, input);
    return onlyOnce(context, idempotency, () => run(context));
  });
  database.wakeUps.signal();
  return answer;
}

/** Answers a repeated request as the first one, without doing anything again. */
async function onlyOnce(
  { queries, sealer }: Pick<Context, 'queries' | 'sealer'>,
  request: IdempotentRequest,
  run: () => Promise<Answer>,
): Promise<Answer> {
  const earlier = (await claimIdempotencyKeys(queries, sealer, [request])).get(request);
  if (earlier instanceof SluiceError) throw earlier;
  if (earlier)
    return { status: earlier.status, text: earlier.body, headers: { 'idempotent-replay': 'true' } };
  const fresh = await run();
  const body = fresh.text ?? (fresh.body === undefined ? '' : JSON.stringify(fresh.body));
  await keepAnswers(queries, sealer, [{ request, answer: { status: fresh.status, body } }]);
  return fresh;
}

function readIdempotency(
  orgId: string,
  { credential, method, path, idempotencyKey, input }: Execution,
): IdempotentRequest | null {
  if (idempotencyKey === undefined || method !== 'POST') return null;
  if (!/^[\x20-\x7e]{1,255}$/.test(idempotencyKey))
    throw invalidInput('header:Idempotency-Key', 'Use 1 to 255 visible ASCII characters.');
  const viewer = viewerOf(credential);
  const key = viewer === null ? idempotencyKey : `${viewer}\n${idempotencyKey}`;
  return { orgId, key, hash: requestHash(method, path, input.raw) };
}

/**
 * The owner of idempotency keys that are not the organization's: embed tokens, apps and members see different things,
 * so none gets an answer that was given to another one.
 */
function viewerOf(credential: Credential | null): string | null {
  switch (credential?.kind) {
    case 'embed':
    case 'member':
      return credential.id;
    case 'installation':
      return `${credential.id} ${credential.actsFor?.memberId ?? ''}`;
    default:
      return null;
  }
}
