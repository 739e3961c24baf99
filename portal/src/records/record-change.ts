import { childrenOf, isObject, syntaxErrorOf, textsIn } from '../text/json.ts';
import { recordActions } from './record-types.ts';

/** A field before and after a change, as JSON text; `null` where there is none. */
export interface FieldChange {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface RecordChange {
  /** Such as `crm.account`. */
  readonly type: string;
  readonly action: (typeof recordActions)[number];
  readonly fields: readonly FieldChange[];
}

/** Changes with every other field; said last. */
const bookkeeping = new Set(['created_at', 'updated_at']);

const none: ReadonlyMap<string, string> = new Map();

/** Reads what a webhook was sent about a record; `null`, where the body is something else. */
export function recordChangeOf(body: string): RecordChange | null {
  const meta = metaOf(body);
  if (meta === null) return null;
  const members = childrenOf(body);
  const [previous, current] = [members.get('previous'), members.get('current')];
  const before = previous === undefined ? none : textsIn(body, previous);
  const after = current === undefined ? none : textsIn(body, current);
  const names = [...new Set([...after.keys(), ...before.keys()])];
  names.sort((a, b) => Number(bookkeeping.has(a)) - Number(bookkeeping.has(b)));
  return {
    ...meta,
    fields: names.map((field) => ({
      field,
      before: before.get(field) ?? null,
      after: after.get(field) ?? null,
    })),
  };
}

function metaOf(body: string): Pick<RecordChange, 'type' | 'action'> | null {
  if (syntaxErrorOf(body) !== null) return null;
  const document: unknown = JSON.parse(body);
  if (!isObject(document) || !('current' in document) || !('previous' in document)) return null;
  const { meta } = document;
  if (!isObject(meta) || typeof meta.module !== 'string' || typeof meta.model !== 'string') return null;
  const action = recordActions.find((one) => one === meta.action);
  return action === undefined ? null : { type: `${meta.module}.${meta.model}`, action };
}
