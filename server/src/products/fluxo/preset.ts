import { fluxo as contract } from '@sluice/contracts';
import { defaultKeyPrefix } from '../../tenants/keys.ts';
import type { Preset } from '../preset.ts';

const text = { type: 'string' };
const textOrNull = { type: ['string', 'null'] };
const timeOrNull = { type: ['string', 'null'], format: 'date-time' };

/** A review task as the API shows it. */
const review = {
  type: 'object',
  required: ['id', 'title', 'status'],
  properties: {
    id: { type: 'string', minLength: 1 },
    workflow_id: text,
    queue_id: textOrNull,
    title: text,
    content: { description: 'The content under review: any JSON' },
    content_type: textOrNull,
    priority: { type: ['integer', 'string', 'null'] },
    assignee: textOrNull,
    status: { enum: ['pending', 'approved', 'rejected', 'revised', 'expired'] },
    expires_at: timeOrNull,
    decision: { type: ['object', 'string', 'null'] },
    version: { type: 'integer', minimum: 0 },
    created_by: textOrNull,
    created_at: { type: 'string', format: 'date-time' },
  },
};

const pending = {
  id: 'rvw_01jd8r5w3kfq5bz0p2v6x7y8z9',
  workflow_id: 'wfl_01jd8r5w3kfq5bz0p2v6x7y8z9',
  queue_id: null,
  title: 'Refund of 40 EUR',
  content_type: 'application/json',
  priority: 'normal',
  assignee: null,
  status: 'pending',
  expires_at: '2026-04-07T14:30:00.000Z',
  decision: null,
  version: 1,
  created_by: 'key:key_01jd8r5w3kfq5bz0p2v6x7y8z9',
  created_at: '2026-04-06T14:30:00.000Z',
};

function decided(status: string, action: string, said: { comment?: string; reason?: string }) {
  const by = { kind: 'member', id: 'mbr_01jd8r5w3kfq5bz0p2v6x7y8z9' };
  return { ...pending, status, version: 2, decision: { status, action, by, ...said } };
}

/** Fluxo: human review as a service. Its events are the steps of a review task. */
export const fluxo: Preset = {
  name: 'fluxo',
  title: 'Fluxo',
  description: 'Human review: every step of a review task is an event.',
  contract,
  keyPrefix: defaultKeyPrefix,
  eventTypes: [
    {
      name: 'review.created',
      description: 'A task waits for a decision',
      schema: review,
      example: pending,
    },
    {
      name: 'review.approved',
      description: 'A task was approved',
      schema: review,
      example: decided('approved', 'approved', { comment: 'Within the limit' }),
    },
    {
      name: 'review.rejected',
      description: 'A task was rejected, with the reason',
      schema: review,
      example: decided('rejected', 'rejected', { reason: 'Paid out already' }),
    },
    {
      name: 'review.revised',
      description: 'A reviewer changed the content',
      schema: review,
      example: decided('revised', 'revised', { comment: 'Shipping is not refunded' }),
    },
    {
      name: 'review.expired',
      description: 'A task expired without a decision',
      schema: review,
      example: { ...pending, status: 'expired', version: 2 },
    },
  ],
};
