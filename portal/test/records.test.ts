import type { RecordType } from '@sluice/client';
import { expect, test } from 'vitest';
import { recordChangeOf } from '../src/records/record-change.ts';
import { eventsOf, readChoice } from '../src/records/record-choice.ts';
import { inOrder } from '../src/records/record-types.ts';

const recordType = (model: string): RecordType => ({
  module: 'crm',
  model,
  description: '',
  schema: {},
  created_at: '2026-04-06T12:00:00.000Z',
  updated_at: '2026-04-06T12:00:00.000Z',
});
const types = [recordType('account'), recordType('lead')];

test.each([
  [['*']],
  [['crm.account.update', 'crm.lead.*']],
  [['crm.account.create', 'crm.account.update', 'review.*', 'invoice.paid']],
  [[]],
])('%j is read into a choice and written again', (events) => {
  expect(eventsOf(readChoice(events, types))).toEqual(events);
});

test('a model with all its actions is one prefix; what is no record stays as it is', () => {
  const all = ['crm.lead.create', 'crm.lead.update', 'crm.lead.delete', 'review.*'];
  expect(eventsOf(readChoice(all, types))).toEqual(['crm.lead.*', 'review.*']);
  expect(inOrder(['delete', 'create'])).toEqual(['create', 'delete']);
});

test('a change of a record is read field by field, bookkeeping last, numbers as they were sent', () => {
  const body =
    '{"meta":{"module":"crm","model":"account","action":"update"},"current":{"updated_at":"b","balance":12345678901234567890.10},"previous":{"updated_at":"a","phone":"030"}}';
  expect(recordChangeOf(body)).toEqual({
    type: 'crm.account',
    action: 'update',
    fields: [
      { field: 'balance', before: null, after: '12345678901234567890.10' },
      { field: 'phone', before: '"030"', after: null },
      { field: 'updated_at', before: '"a"', after: '"b"' },
    ],
  });
});

test.each(['nothing', '{}', '{"current":{},"previous":{},"meta":{"module":"crm"}}', '[1]'])(
  '%s is no change of a record',
  (body) => {
    expect(recordChangeOf(body)).toBeNull();
  },
);
