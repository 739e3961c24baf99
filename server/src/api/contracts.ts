import { contracts, type Contract as Definition, getContract, preview } from '@sluice/contracts';
import { type Static, Type } from 'typebox';
import type { Clock } from '../base/clock.ts';
import { SluiceError } from '../base/errors.ts';
import { OrNull, Timestamp } from '../http/fields.ts';
import { operation } from '../http/operation.ts';

const Contract = Type.Object({
  name: Type.String(),
  title: Type.String(),
  description: Type.String(),
  headers: Type.Array(Type.String(), { description: 'Every header that is sent' }),
  tolerance_seconds: OrNull(Type.Number({ description: 'The oldest signed timestamp to accept' })),
  timeout_seconds: Type.Number(),
  retry: Type.Object({
    jitter: Type.Number({ description: 'Fraction by which a delay varies in either direction' }),
    endpoint_may_change: Type.Boolean(),
  }),
  attempts: Type.Array(
    Type.Object({
      number: Type.Integer(),
      after_seconds: Type.Number({
        description: 'Since the first attempt, without jitter and the duration of attempts',
      }),
      at: Timestamp,
    }),
    { description: 'The time of each attempt if the first one took place now' },
  ),
  disabled_after: OrNull(
    Type.Object({
      kind: Type.String(),
      count: Type.Optional(Type.Integer()),
      seconds: Type.Optional(Type.Number()),
      counts: Type.String(),
    }),
  ),
  secret: Type.Object({
    example_form: Type.String(),
    max_overlap_seconds: Type.Integer(),
    default_overlap_seconds: Type.Integer(),
  }),
});

function show(clock: Clock, contract: Definition): Static<typeof Contract> {
  const now = clock.now();
  return {
    name: contract.name,
    title: contract.title,
    description: contract.description,
    headers: [...contract.headerNames],
    tolerance_seconds: contract.toleranceSeconds,
    timeout_seconds: contract.timeoutSeconds,
    retry: { jitter: contract.retry.jitter, endpoint_may_change: contract.retry.overridable },
    attempts: preview(contract).map((planned) => ({
      number: planned.attempt,
      after_seconds: planned.elapsedSeconds,
      at: new Date(now + planned.elapsedSeconds * 1000).toISOString(),
    })),
    disabled_after: contract.disableAfter && { ...contract.disableAfter },
    secret: {
      example_form: contract.secret.mask(contract.secret.format(new Uint8Array(contract.secret.randomBytes))),
      max_overlap_seconds: contract.secret.maxOverlapSeconds,
      default_overlap_seconds: contract.secret.defaultOverlapSeconds,
    },
  };
}

const group = 'Contracts';

export const list = operation({
  id: 'listContracts',
  summary: 'List the wire contracts that endpoints can have',
  group,
  answers: {
    200: {
      description: 'All of them',
      schema: Type.Object({ data: Type.Array(Contract), next_cursor: Type.Null() }),
    },
  },
  runs: 'read',
  async handle({ clock }) {
    return {
      status: 200,
      body: { data: contracts.map((contract) => show(clock, contract)), next_cursor: null },
    };
  },
});

export const get = operation({
  id: 'getContract',
  summary: 'Read a contract with the times of its attempts',
  group,
  takes: { params: Type.Object({ name: Type.String({ minLength: 1, maxLength: 200 }) }) },
  answers: { 200: { description: 'The contract', schema: Contract } },
  runs: 'read',
  async handle({ clock }, { params }) {
    const contract = getContract(params.name);
    if (!contract) throw new SluiceError('not_found', 'No such contract.');
    return { status: 200, body: show(clock, contract) };
  },
});
