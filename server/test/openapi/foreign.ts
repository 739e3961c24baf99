import { randomBytes } from 'node:crypto';
import { TypeID, typeid } from 'typeid-js';
import type { Answer } from './exchange.ts';
import { idForm, type Tenant } from './tenant.ts';

/** What of an organization is in an answer to somebody else, besides what they sent themselves. */
export function findForeignBytes(answer: Answer, owner: Tenant, sent: readonly string[] = []): string[] {
  const everything = `${JSON.stringify(answer.headers)} ${answer.text}`;
  const text = sent.reduce((rest, own) => (own === '' ? rest : rest.replaceAll(own, '')), everything);
  return [owner.marker, ...owner.ids, owner.key.secret].filter((mark) => text.includes(mark));
}

/** Marks of whatever organization in an answer, but for the asker's own. */
export function findOtherMarkers(answer: Answer, asker: Tenant): string[] {
  return [...answer.text.matchAll(/mark\d+x[0-9a-f]{12}/g)]
    .map(([mark]) => mark)
    .filter((mark) => mark !== asker.marker);
}

/** For a name of the organization's one of the same kind and length that nothing has. */
export function strangerOf(name: string, owner: Tenant): string {
  return name
    .replaceAll(idForm, (id) => (owner.ids.has(id) ? typeid(TypeID.fromString(id).getType()).toString() : id))
    .replaceAll(owner.marker, () => `mark0x${randomBytes(32).toString('hex')}`.slice(0, owner.marker.length));
}

/** All that an answer says, but for what is different each time. */
export function comparable(answer: Answer): unknown {
  const headers = Object.entries(answer.headers).filter(([name]) => !/^(?:date|ratelimit-.*)$/.test(name));
  const body =
    typeof answer.body === 'object' && answer.body !== null
      ? { ...answer.body, request_id: null }
      : answer.text;
  return { status: answer.status, headers, body };
}

/** What kind of answer it is: names, ids, times and secrets left out. */
export function outline(answer: Answer, asker: Tenant, sent: string): unknown {
  const text = answer.text
    .replaceAll(JSON.stringify(sent).slice(1, -1), '<sent>')
    .replaceAll(new RegExp(`${asker.marker}n\\d+`, 'g'), '<text>')
    .replaceAll(idForm, (id) => `<${id.slice(0, id.indexOf('_'))}>`)
    .replaceAll(/"request_id":"[^"]*"/g, '"request_id":"<id>"')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replaceAll(/\bwm_[\w-]{20}/g, '<watermark>')
    .replaceAll(/"(secret|signing_secret|token|last_four)":"[^"]*"/g, '"$1":"<secret>"');
  return { status: answer.status, text };
}

/** Every text in a value. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(Array.isArray(value) ? [] : [key]),
    ...textsIn(inner),
  ]);
}
