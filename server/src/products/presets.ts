import { type Static, Type } from 'typebox';
import { SluiceError } from '../base/errors.ts';
import { operation } from '../http/operation.ts';
import { adoptPreset } from './adopt.ts';
import type { Preset as Definition } from './preset.ts';
import type { Product } from './product.ts';

const AnyObject = Type.Record(Type.String(), Type.Unknown());

const Preset = Type.Object({
  name: Type.String(),
  title: Type.String(),
  description: Type.String(),
  default_contract: Type.String({ description: 'The contract of new endpoints that name none' }),
  key_prefix: Type.String({ description: 'The prefix of the organization’s new keys' }),
  event_types: Type.Array(
    Type.Object({ name: Type.String(), description: Type.String(), schema: AnyObject, example: AnyObject }),
    { description: 'The catalogue: each type with the JSON Schema of its data and a valid example' },
  ),
});

const NameParams = Type.Object({ name: Type.String({ minLength: 1, maxLength: 200 }) });

function show(preset: Definition): Static<typeof Preset> {
  return {
    name: preset.name,
    title: preset.title,
    description: preset.description,
    default_contract: preset.contract.name,
    key_prefix: preset.keyPrefix,
    event_types: preset.eventTypes.map(({ name, description, schema, example }) => ({
      name,
      description,
      schema: { ...schema },
      example: { ...example },
    })),
  };
}

function named(products: readonly Product[], name: string): Definition {
  const product = products.find(({ preset }) => preset.name === name);
  if (!product) throw new SluiceError('not_found', 'No such preset.');
  return product.preset;
}

const group = 'Presets';

export const list = (products: readonly Product[]) =>
  operation({
    id: 'listPresets',
    summary: 'List the products that an organization can adopt',
    group,
    answers: {
      200: {
        description: 'All of them',
        schema: Type.Object({ data: Type.Array(Preset), next_cursor: Type.Null() }),
      },
    },
    runs: 'read',
    async handle() {
      return { status: 200, body: { data: products.map(({ preset }) => show(preset)), next_cursor: null } };
    },
  });

export const get = (products: readonly Product[]) =>
  operation({
    id: 'getPreset',
    summary: 'Read a preset with its catalogue',
    group,
    takes: { params: NameParams },
    answers: { 200: { description: 'The preset', schema: Preset } },
    runs: 'read',
    async handle(_context, { params }) {
      return { status: 200, body: show(named(products, params.name)) };
    },
  });

export const adopt = (products: readonly Product[]) =>
  operation({
    id: 'adoptPreset',
    summary: 'Adopt a preset',
    description:
      'The organization gets the preset’s catalogue, its contract for new endpoints and its prefix for new keys. ' +
      'Event types of the same name are replaced; others stay. Repeating the call changes nothing.',
    group,
    takes: { params: NameParams },
    answers: { 200: { description: 'The preset', schema: Preset } },
    runs: 'write',
    async handle({ queries, orgId, audit }, { params }) {
      const preset = named(products, params.name);
      await adoptPreset(queries, orgId, preset);
      await audit({
        action: 'preset.adopted',
        target: preset.name,
        details: { default_contract: preset.contract.name, event_types: preset.eventTypes.length },
      });
      return { status: 200, body: show(preset) };
    },
  });
