/**
 * Flowlu: the body `{meta: {module, model, action}, current, previous}`. Flowlu documents no signature, so the headers,
 * retry delays, timeout and disabling are those of Standard Webhooks.
 *
 * `meta` holds the words of the event type: the first is the module, the last the action, those between them the model
 * (empty strings where a type has fewer words). Data of exactly `current` and `previous`, each an object or null, goes
 * into these two members; any other data, such as a test event's, becomes `current` with `previous` null.
 */
import type { Contract } from '../contract.ts';
import { utf8 } from '../encodings.ts';
import { joined, type ObjectParts, objectParts } from '../envelope.ts';
import { httpsOnly } from '../urls.ts';
import { standard } from './standard.ts';

const ACTIONS = ['create', 'update', 'delete'];
const NULL = utf8('null');

export const flowlu: Contract = {
  ...standard,
  name: 'flowlu',
  title: 'Flowlu',
  description:
    'Record changes as {meta, current, previous}, with Standard Webhooks headers over the same body.',

  encode(event) {
    const { current, previous } = change(event.data) ?? { current: event.data, previous: NULL };
    const meta = JSON.stringify(metaOf(event.type));
    return joined([utf8(`{"meta":${meta},"current":`), current, utf8(',"previous":'), previous, utf8('}')]);
  },
  headers: (message) => ({ ...standard.headers(message), 'User-Agent': 'Flowlu-Webhooks/1.0' }),

  event: {
    problem({ type, data }) {
      const words = type.split('.');
      if (words.length !== 3 || !ACTIONS.includes(words[2] ?? '')) {
        return 'The type is not module.model.action with the action create, update or delete; meta holds the words that it has.';
      }
      if (change(data) !== null) return null;
      return 'The data is not {current, previous} with an object or null in each; all of it is sent as current.';
    },
  },
  url: httpsOnly,
};

function metaOf(type: string) {
  const words = type.split('.');
  const action = words.length > 1 ? words.at(-1) : '';
  return { module: words[0], model: words.slice(1, -1).join('.'), action };
}

function change(data: Uint8Array): { current: Uint8Array; previous: Uint8Array } | null {
  const parts = objectParts(data);
  if (parts?.members.length !== 2) return null;
  const current = record(data, parts, 'current');
  const previous = record(data, parts, 'previous');
  return current === null || previous === null ? null : { current, previous };
}

function record(data: Uint8Array, parts: ObjectParts, key: string): Uint8Array | null {
  const member = parts.members.find((candidate) => candidate.key === key);
  if (member === undefined) return null;
  const first = data[member.valueStart];
  // The scanner has found a valid value here: with `{` it is an object, with `n` it is null.
  return first === 0x7b || first === 0x6e ? data.subarray(member.valueStart, member.valueEnd) : null;
}
