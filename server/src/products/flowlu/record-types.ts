import type { RecordTypeInput } from '../../features/records/record-types.ts';

const name = { type: 'string', minLength: 1, maxLength: 500 };
const text = { type: ['string', 'null'], maxLength: 2_000 };
const reference = { type: ['integer', 'string', 'null'], description: 'Id of another record or of a person' };
// Amounts may be text, which is not rounded.
const amount = { type: ['number', 'string', 'null'], maxLength: 64 };
const date = { type: ['string', 'null'], maxLength: 64 };

/** Checks these fields only: organizations may add others. */
function schemaOf(properties: Readonly<Record<string, object>>) {
  return { type: 'object', required: ['name'], properties: { name, ...properties } };
}

/** The models in Flowlu's specification; organizations can add their own. */
export const recordTypes: readonly RecordTypeInput[] = [
  {
    module: 'crm',
    model: 'account',
    description: 'A company or a person that the organization does business with',
    schema: schemaOf({ email: text, phone: text, web: text, description: text, owner_id: reference }),
  },
  {
    module: 'crm',
    model: 'lead',
    description: 'A possible customer',
    schema: schemaOf({ email: text, phone: text, stage: text, description: text, assignee_id: reference }),
  },
  {
    module: 'crm',
    model: 'deal',
    description: 'A sale on its way through the pipeline',
    schema: schemaOf({ account_id: reference, amount, stage: text, closes_on: date, assignee_id: reference }),
  },
  {
    module: 'task',
    model: 'task',
    description: 'Something to be done by a person',
    schema: schemaOf({ description: text, assignee_id: reference, due_on: date, done: { type: 'boolean' } }),
  },
];
