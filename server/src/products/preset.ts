import type { Contract } from '@sluice/contracts';
import type { RecordTypeInput } from '../features/records/record-types.ts';

/**
 * A product that an organization can adopt: what it publishes, how that is delivered, how its keys begin. Everything
 * that differs between products stands in such an object, so nothing else asks for a product by its name.
 */
export interface Preset {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** What new endpoints get when they name no contract. */
  readonly contract: Contract;
  /** How keys begin that are made for the organization. */
  readonly keyPrefix: string;
  readonly eventTypes: readonly PresetEventType[];
  /** The types of records that the product keeps, if it keeps any. */
  readonly recordTypes?: readonly RecordTypeInput[];
}

/** An entry of a product's catalogue: what `POST /v1/events` takes, before the contract wraps it. */
export interface PresetEventType {
  readonly name: string;
  readonly description: string;
  /** JSON Schema, draft 2020-12, of the event's data. */
  readonly schema: object;
  readonly example: Readonly<Record<string, unknown>>;
}
