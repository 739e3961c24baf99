import { invalidInput, SluiceError } from '../base/errors.ts';
import { transact } from '../db/transaction.ts';
import type { Actor } from '../tenants/audit.ts';
import {
  claimIdempotencyKeys,
  type IdempotentRequest,
  keepAnswers,
  requestHash,
} from '../tenants/idempotency.ts';
import type { Answer, Context, Credential, Input, Operation, Services } from './operation.ts';
import type { Route } from './route.ts';

/** One request, as the operation's surroundings see it. */
export interface Execution {
  readonly credential: Credential | null;
  /** Answers what the credential is good for after a wait, or refuses it. */
  identifyAgain(): Promise<Credential | null>;
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
  services: Services,
  { operation, surface }: Route,
  execution: Execution,
): Promise<Answer> {
  const { actor, input } = execution;
  let { credential } = execution;
  const orgId = credential !== null && credential.kind !== 'operator' ? credential.orgId : nobody;
  const idempotency = readIdempotency(orgId, execution, operation);
  const admitAgain = async () => {
    credential = await execution.identifyAgain();
  };
  const context = (queries: Context['queries']): Context => ({
    services,
    credential,
    admitAgain,
    orgId,
    actor,
    queries,
    idempotency,
  });
  const run = (queries: Context['queries']) => {
    const surroundings = context(queries);
    return surface.run(operation, surroundings, () => operation.handle(surroundings, input));
  };
  await operation.prepare?.(input, { services, orgId });
  await admitAgain();
  if (operation.mode !== 'write') return run(services.database.queries);
  const attempt = async (tx: Context['queries']): Promise<Answer> => {
    if (idempotency === null) return run(tx);
    await operation.admit?.(context(tx), input);
    const earlier = (await claimIdempotencyKeys(tx, services.sealer, [idempotency])).get(idempotency);
    if (earlier instanceof SluiceError) throw earlier;
    if (earlier)
      return { status: earlier.status, text: earlier.body, headers: { 'idempotent-replay': 'true' } };
    const fresh = await run(tx);
    const text = fresh.text ?? (fresh.body === undefined ? '' : JSON.stringify(fresh.body));
    await keepAnswers(tx, services.sealer, [
      { request: idempotency, answer: { status: fresh.status, body: text } },
    ]);
    return fresh;
  };
  const answer = await services.schemas.whileDecided(
    () => transact(services.database.queries, attempt),
    admitAgain,
  );
  services.database.wakeUps.signal();
  return answer;
}

function readIdempotency(
  orgId: string,
  { credential, method, path, idempotencyKey, input }: Execution,
  { repeatable }: Operation,
): IdempotentRequest | null {
  if (idempotencyKey === undefined || method !== 'POST' || repeatable === false) return null;
  if (!/^[\x20-\x7e]{1,255}$/.test(idempotencyKey))
    throw invalidInput('header:Idempotency-Key', 'Use 1 to 255 visible ASCII characters.');
  const viewer = viewerOf(credential);
  const key = viewer === null ? idempotencyKey : `${viewer}\n${idempotencyKey}`;
  return { orgId, key, hash: requestHash(method, path, input.raw) };
}

/**
 * Whose idempotency keys they are, where not the organization's: embed tokens, apps and members see different things,
 * so nobody gets an answer that was given to another one.
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
