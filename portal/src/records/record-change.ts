import { isObject, syntaxErrorOf } from '../text/json.ts';
import { childrenOf, type Span } from '../text/json-places.ts';
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

/** Reads what a webhook was sent about a record; `null`, where the body is something else. */
export function recordChangeOf(body: string): RecordChange | null {
  const meta = metaOf(body);
  if (meta === null) return null;
  const members = childrenOf(body);
  const before = textsOf(body, members.get('previous'));
  const after = textsOf(body, members.get('current'));
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

function textsOf(body: string, span: Span | undefined): ReadonlyMap<string, string> {
  if (span === undefined) return new Map();
  return new Map([...childrenOf(body, span)].map(([name, { start, end }]) => [name, body.slice(start, end)]));
}
