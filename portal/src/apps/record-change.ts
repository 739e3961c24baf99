import { childrenOf, type Span } from './json-places.ts';

/** A field before and after a change, as JSON text; `null` where there is none. */
export interface FieldChange {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface RecordChange {
  /** Such as `crm.account`. */
  readonly type: string;
  readonly action: 'create' | 'update' | 'delete';
  readonly fields: readonly FieldChange[];
}

/** Changes with every other field; said last. */
const bookkeeping = new Set(['created_at', 'updated_at']);
const actions = ['create', 'update', 'delete'] as const;

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
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    return null;
  }
  if (!isObject(document) || !('current' in document) || !('previous' in document)) return null;
  const { meta } = document;
  if (!isObject(meta) || typeof meta.module !== 'string' || typeof meta.model !== 'string') return null;
  const action = actions.find((one) => one === meta.action);
  return action === undefined ? null : { type: `${meta.module}.${meta.model}`, action };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function textsOf(body: string, span: Span | undefined): ReadonlyMap<string, string> {
  if (span === undefined) return new Map();
  return new Map([...childrenOf(body, span)].map(([name, { start, end }]) => [name, body.slice(start, end)]));
}
