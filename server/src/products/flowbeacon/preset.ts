import { flowbeacon as contract } from '@sluice/contracts';
import type { Preset } from '../preset.ts';

const count = { type: 'integer', minimum: 0 };

const violation = {
  type: 'object',
  required: ['code', 'message'],
  properties: {
    code: { type: 'string' },
    module: { type: 'string' },
    path: { type: 'string', description: 'JSON pointer into the input' },
    message: { type: 'string' },
  },
};

/** What a scenario's results say. */
const scenario = {
  type: 'object',
  required: ['violations', 'module_summary', 'evaluated_codes', 'passing_count', 'failing_count'],
  properties: {
    violations: { type: 'array', items: violation },
    module_summary: { type: 'array', items: { type: 'object' } },
    evaluated_codes: { type: 'array', items: { type: 'string' } },
    passing_count: count,
    failing_count: count,
  },
};

/** The members lie flat in the request's body, so they may not shadow those of the envelope. */
const evaluation = {
  type: 'object',
  required: ['evaluation_id', 'scenarios'],
  properties: {
    evaluation_id: { type: 'string', minLength: 1 },
    scenarios: { type: 'array', items: scenario },
    event: false,
    organization_id: false,
  },
};

/** FlowBeacon: batches of scenarios checked against rules; the end of a batch is an event. */
export const flowbeacon: Preset = {
  name: 'flowbeacon',
  title: 'FlowBeacon',
  description: 'Batch evaluations: results arrive as soon as a batch is complete.',
  contract,
  keyPrefix: 'fb_live_',
  eventTypes: [
    {
      name: 'evaluation.complete',
      description: 'Every scenario of a batch has been evaluated',
      schema: evaluation,
      example: {
        evaluation_id: 'evl_01jd8r5w3kfq5bz0p2v6x7y8z9',
        scenarios: [
          {
            id: 'scn_01jd8r5w3kfq5bz0p2v6x7y8z9',
            name: 'Two floors, no lift',
            violations: [
              {
                code: 'ACCESS-2',
                module: 'access',
                path: '/lift',
                message: 'must have a lift from two floors up',
              },
            ],
            module_summary: [{ module: 'access', passing_count: 1, failing_count: 1 }],
            evaluated_codes: ['ACCESS-1', 'ACCESS-2'],
            passing_count: 1,
            failing_count: 1,
          },
        ],
      },
    },
  ],
};
