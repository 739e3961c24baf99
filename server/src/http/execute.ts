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

/** A request with a checked input. */
export interface Execution {
  readonly credential: Credential | null;
  /** The credential as it is now, after a wait; refuses one that is no longer valid. */
  reauthenticate(): Promise<Credential | null>;
  readonly actor: Actor;
  readonly method: string;
  readonly path: string;
  readonly idempotencyKey: string | undefined;
  readonly input: Input<unknown, unknown, unknown>;
}

/** Owner of the operator's idempotency keys, which belong to no organization. */
const noOrganization = '00000000-0000-0000-0000-000000000000';

/**
 * Runs an operation as its mode says. In a `write`, the idempotency key, the change, its audit entries and the answer
 * are committed together.
 */
export async function execute(
  door: Pick<Door, 'database' | 'clock' | 'sealer'>,
  { operation, surface }: Route,
  execution: Execution,
): Promise<Answer> {
  const { database, clock, sealer } = door;
  const { actor, input } = execution;
  let { credential } = execution;
  const orgId = credential !== null && credential.kind !== 'operator' ? credential.orgId : noOrganization;
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
    audit: (entry) => recordAudit(queries, clock, { orgId, actor }, entry),
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

/** Answers a repeated request with the first answer; otherwise runs it and stores its answer. */
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
 * The owner of a request's idempotency key within the organization; `null`: the organization. Members, apps and embed
 * tokens may see different data, so none of them may get an answer that was made for another.
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
