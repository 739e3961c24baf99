import { flowlu as contract } from '@sluice/contracts';
import { defaultKeyPrefix } from '../../tenants/keys.ts';
import type { Preset, PresetEventType } from '../preset.ts';
import { recordTypes } from './record-types.ts';

/** A kind of record: its name in texts, and an example before and after a change. */
interface RecordKind {
  readonly name: string;
  readonly called: string;
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}

const kinds: readonly RecordKind[] = [
  {
    name: 'crm.account',
    called: 'An account',
    before: { id: 7, name: 'Example GmbH', phone: '+49 30 555 0100', owner_id: 3 },
    after: { id: 7, name: 'Example GmbH', phone: '+49 30 555 0199', owner_id: 3 },
  },
  {
    name: 'crm.lead',
    called: 'A lead',
    before: { id: 12, name: 'Request from the website', email: 'lead@example.com', stage: 'new' },
    after: { id: 12, name: 'Request from the website', email: 'lead@example.com', stage: 'qualified' },
  },
  {
    name: 'crm.deal',
    called: 'A deal',
    before: { id: 31, name: 'Licences for 2027', account_id: 7, amount: '4800.00', stage: 'offer' },
    after: { id: 31, name: 'Licences for 2027', account_id: 7, amount: '4500.00', stage: 'won' },
  },
  {
    name: 'task.task',
    called: 'A task',
    before: { id: 104, name: 'Send the contract', assignee_id: 3, done: false },
    after: { id: 104, name: 'Send the contract', assignee_id: 3, done: true },
  },
];

// The record type has a schema of its own, and a subscriber may see only some of its fields.
const record = {
  type: 'object',
  properties: { id: { type: ['integer', 'string'] } },
  description: 'The record as the API answers it',
};
const nothing = { type: 'null' };

/** Exactly these two members, because the contract moves them from the data to its envelope. */
function change(current: object, previous: object) {
  return {
    type: 'object',
    required: ['current', 'previous'],
    properties: { current, previous },
    additionalProperties: false,
  };
}

function eventTypesOf({ name, called, before, after }: RecordKind): PresetEventType[] {
  return [
    {
      name: `${name}.create`,
      description: `${called} was created`,
      schema: change(record, nothing),
      example: { current: before, previous: null },
    },
    {
      name: `${name}.update`,
      description: `${called} was changed`,
      schema: change(record, record),
      example: { current: after, previous: before },
    },
    {
      name: `${name}.delete`,
      description: `${called} was deleted`,
      schema: change(nothing, record),
      example: { current: null, previous: after },
    },
  ];
}

/** Flowlu: records of modules and models; its events are their changes, with the record before and after. */
export const flowlu: Preset = {
  name: 'flowlu',
  title: 'Flowlu',
  description: 'Records of modules and models: every change is an event with the record before and after.',
  contract,
  keyPrefix: defaultKeyPrefix,
  eventTypes: kinds.flatMap(eventTypesOf),
  recordTypes,
};
