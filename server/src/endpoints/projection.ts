import { type JsonMember, scanJson } from '@sluice/contracts';

/**
 * All that an endpoint may ever be shown: changes `{current, previous}` of one subject, each object cut down to some
 * fields. What is kept is kept byte for byte.
 */
export interface Projection {
  /** Event types below this name: `crm.account` is about `crm.account.update`. */
  readonly about: string;
  /** Fields that may be seen; `null`: the data as it is. */
  readonly fields: readonly string[] | null;
  /** Fields that change with every change: alone they are no news. */
  readonly quiet: readonly string[];
}

export function readProjection(text: string | null): Projection | null {
  return text === null ? null : JSON.parse(text);
}

/** An event as far as projections care. */
export interface Projectable {
  readonly type: string;
  /** The exact bytes of its data, as text. */
  readonly data: string;
}

/**
 * Makes a test of what an event has to show through projections: nothing, when it is about something else, is no
 * change, or changes only what the projection hides.
 */
export function showing(event: Projectable): (projection: Projection | null) => boolean {
  const answers = new Map<Projection, boolean>();
  let change: Change | null | undefined;
  return (projection) => {
    if (projection === null) return true;
    if (!isAbout(projection, event.type)) return false;
    const { fields, quiet } = projection;
    if (fields === null) return true;
    if (change === undefined) change = readChange(Buffer.from(event.data));
    const known = answers.get(projection);
    const shows =
      known ??
      (change !== null &&
        changesAny(
          change,
          fields.filter((field) => !quiet.includes(field)),
        ));
    answers.set(projection, shows);
    return shows;
  };
}

/** The data as an endpoint may see it; `null` when it may see nothing of it. */
export function project(projection: Projection, type: string, data: Buffer): Buffer | null {
  if (!isAbout(projection, type)) return null;
  if (projection.fields === null) return data;
  const change = readChange(data);
  if (change === null) return null;
  const visible = new Set(projection.fields);
  return Buffer.concat([
    Buffer.from('{"current":'),
    cutDown(change.current, visible),
    Buffer.from(',"previous":'),
    cutDown(change.previous, visible),
    Buffer.from('}'),
  ]);
}

function isAbout(projection: Projection, type: string): boolean {
  return type.startsWith(`${projection.about}.`);
}

/** The members of an object with the bytes that they are written in; `null` for null. */
type Side = { readonly bytes: Buffer; readonly members: readonly JsonMember[] } | null;

interface Change {
  readonly current: Side;
  readonly previous: Side;
}

/** `null` for data of any other form: it is not known which part of it would be which field. */
function readChange(data: Buffer): Change | null {
  const scanned = scanJson(data);
  if (!scanned.ok || scanned.members.length !== 2) return null;
  const current = readSide(data, scanned.members, 'current');
  const previous = readSide(data, scanned.members, 'previous');
  return current === undefined || previous === undefined ? null : { current, previous };
}

function readSide(data: Buffer, members: readonly JsonMember[], key: string): Side | undefined {
  const member = members.find((candidate) => candidate.key === key);
  if (!member) return undefined;
  const bytes = data.subarray(member.valueStart, member.valueEnd);
  if (bytes.equals(nothing)) return null;
  const scanned = scanJson(bytes);
  return scanned.ok && scanned.kind === 'object' ? { bytes, members: scanned.members } : undefined;
}

const nothing = Buffer.from('null');

function cutDown(side: Side, visible: ReadonlySet<string>): Buffer {
  if (side === null) return nothing;
  const kept = side.members
    .filter(({ key }) => visible.has(key))
    .map(({ keyStart, valueEnd }) => side.bytes.subarray(keyStart, valueEnd));
  return Buffer.concat([
    Buffer.from('{'),
    ...kept.flatMap((member, index) => (index === 0 ? [member] : [comma, member])),
    Buffer.from('}'),
  ]);
}

const comma = Buffer.from(',');

function changesAny({ current, previous }: Change, fields: readonly string[]): boolean {
  if (current === null || previous === null) return current !== previous;
  return fields.some((field) => writtenValue(current, field) !== writtenValue(previous, field));
}

/** The value as it is written; the last one where a key is given twice. */
function writtenValue(side: Exclude<Side, null>, field: string): string | undefined {
  const member = side.members.findLast(({ key }) => key === field);
  return member && side.bytes.toString('utf8', member.valueStart, member.valueEnd);
}
