import { SluiceError } from '../../base/errors.ts';
import type { Queries } from '../../db/connect.ts';
import { faultsOf, type Judging, judgeBefore } from '../../events/judging.ts';
import { Verdicts } from '../../schemas/questions.ts';

/** Bytes, as for published data. */
const dataLimit = 262_144;

/**
 * Judges revised data by the schema of the event type, outside the transaction because it may wait for the side thread.
 * @returns no verdicts for a task without an event
 * @throws {SluiceError} too_much_under_way
 */
export async function judgeRevision(
  queries: Queries,
  parts: Judging,
  { orgId, id }: { readonly orgId: string; readonly id: string },
  data: string,
): Promise<Verdicts> {
  const task = await queries
    .selectFrom('review_tasks')
    .select('event_type')
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .executeTakeFirst();
  const type = task?.event_type ?? null;
  if (type === null || Buffer.byteLength(data) > dataLimit || !isObject(data)) return new Verdicts();
  return judgeBefore(queries, parts, orgId, { data: [{ type, data }] });
}

/**
 * Refuses revised data that is too large or breaks the schema of the event type.
 * @param verdicts of `judgeRevision`
 * @throws {SluiceError} invalid_event_data, payload_too_large, too_much_under_way
 */
export async function refuseUnfitRevision(
  tx: Queries,
  parts: Judging,
  revised: { readonly orgId: string; readonly type: string; readonly data: string },
  verdicts: Verdicts,
): Promise<void> {
  const length = Buffer.byteLength(revised.data);
  if (length > dataLimit) {
    throw new SluiceError('payload_too_large', `The data has ${length} bytes; ${dataLimit} are allowed.`, {
      errors: [{ pointer: '/content', detail: 'too large' }],
    });
  }
  const faults = isObject(revised.data)
    ? await faultsOf(tx, parts, revised, verdicts)
    : [{ pointer: '', detail: 'must be an object' }];
  if (faults.length === 0) return;
  const errors = faults.map((fault) => ({ ...fault, pointer: `/content${fault.pointer}` }));
  throw new SluiceError('invalid_event_data', faults[0]?.detail ?? '', { errors });
}

function isObject(data: string): boolean {
  const value: unknown = JSON.parse(data);
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
