import { type JsonMember, scanJson } from '@sluice/contracts';

/**
 * All that an endpoint may ever be shown: events about one subject, whose data is some objects and nothing else, each
 * cut down to some fields. What is left is sent byte for byte as it was published.
 */
export interface Projection {
  /** Event types below this name: `crm.account` is about `crm.account.update`. */
  readonly about: string;
  /**
   * The members of the data that are such objects, in the order in which they are sent; each an object or null. Data
   * with other members is not shown. Objects of one event are states of one thing: where no field that may be seen
   * differs between them, there is nothing to tell.
   */
  readonly objects: readonly string[];
  /** Fields that may be seen; `null`: the data as it is. */
  readonly fields: readonly string[] | null;
  /** Fields that differ every time: alone they are no news. */
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
 * Makes a test of whether an event has anything to show through projections. It has not, when it is about something
 * else, when its data has another form, or when its objects differ only in what the projection hides.
 */
export function showing(event: Projectable): (projection: Projection | null) => boolean {
  const answers = new Map<Projection, boolean>();
  const read = new Map<string, readonly Part[] | null>();
  const partsFor = ({ objects }: Projection) => {
    const form = objects.join('\n');
    const known = read.get(form);
    if (known !== undefined) return known;
    const parts = readParts(Buffer.from(event.data), objects);
    read.set(form, parts);
    return parts;
  };
  return (projection) => {
    if (projection === null) return true;
    if (!isAbout(projection, event.type)) return false;
    if (projection.fields === null) return true;
    const known = answers.get(projection);
    if (known !== undefined) return known;
    const parts = partsFor(projection);
    const heard = projection.fields.filter((field) => !projection.quiet.includes(field));
    const shows = parts !== null && differIn(parts, heard);
    answers.set(projection, shows);
    return shows;
  };
}

/** The data as an endpoint may see it; `null` when it may see nothing of it. */
export function project(projection: Projection, type: string, data: Buffer): Buffer | null {
  if (!isAbout(projection, type)) return null;
  if (projection.fields === null) return data;
  const parts = readParts(data, projection.objects);
  if (parts === null) return null;
  const visible = new Set(projection.fields);
  const written = parts.map((part, index) =>
    Buffer.concat([Buffer.from(`${JSON.stringify(projection.objects[index])}:`), cutDown(part, visible)]),
  );
  return Buffer.concat([Buffer.from('{'), ...withCommas(written), Buffer.from('}')]);
}

function isAbout(projection: Projection, type: string): boolean {
  return type.startsWith(`${projection.about}.`);
}

/** The members of an object with the bytes that they are written in; `null` for null. */
type Part = { readonly bytes: Buffer; readonly members: readonly JsonMember[] } | null;

/** The objects of the data; `null` for data of any other form: it is not known which part of it would be which field. */
function readParts(data: Buffer, objects: readonly string[]): readonly Part[] | null {
  const scanned = scanJson(data);
  if (!scanned.ok || scanned.members.length !== objects.length) return null;
  const parts: Part[] = [];
  for (const key of objects) {
    const part = readPart(data, scanned.members, key);
    if (part === undefined) return null;
    parts.push(part);
  }
  return parts;
}

function readPart(data: Buffer, members: readonly JsonMember[], key: string): Part | undefined {
  const member = members.find((candidate) => candidate.key === key);
  if (!member) return undefined;
  const bytes = data.subarray(member.valueStart, member.valueEnd);
  if (bytes.equals(nothing)) return null;
  const scanned = scanJson(bytes);
  return scanned.ok && scanned.kind === 'object' ? { bytes, members: scanned.members } : undefined;
}

const nothing = Buffer.from('null');
const comma = Buffer.from(',');

function cutDown(part: Part, visible: ReadonlySet<string>): Buffer {
  if (part === null) return nothing;
  const kept = part.members
    .filter(({ key }) => visible.has(key))
    .map(({ keyStart, valueEnd }) => part.bytes.subarray(keyStart, valueEnd));
  return Buffer.concat([Buffer.from('{'), ...withCommas(kept), Buffer.from('}')]);
}

function withCommas(written: readonly Buffer[]): Buffer[] {
  return written.flatMap((each, index) => (index === 0 ? [each] : [comma, each]));
}

/** Whether there is an object beside a null, or a field that is not written the same in all objects. */
function differIn(parts: readonly Part[], fields: readonly string[]): boolean {
  const present = parts.filter((part) => part !== null);
  if (present.length < parts.length) return present.length > 0;
  return fields.some((field) => new Set(present.map((part) => writtenValue(part, field))).size > 1);
}

/** The value as it is written; the last one where a key is given twice. */
function writtenValue(part: Exclude<Part, null>, field: string): string | undefined {
  const member = part.members.findLast(({ key }) => key === field);
  return member && part.bytes.toString('utf8', member.valueStart, member.valueEnd);
}
