import type { Contract } from '@sluice/contracts';
import type { RecordTypeInput } from '../features/records/record-types.ts';

/**
 * A product that an organization can adopt: its catalogue, its contract, the prefix of its keys. All differences between
 * products are in such objects, so that no other code asks for a product by its name.
 */
export interface Preset {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** The contract of new endpoints that name none. */
  readonly contract: Contract;
  /** The prefix of the organization's new keys. */
  readonly keyPrefix: string;
  readonly eventTypes: readonly PresetEventType[];
  /** The product's record types. */
  readonly recordTypes?: readonly RecordTypeInput[];
}

/** An event type of a product's catalogue. */
export interface PresetEventType {
  readonly name: string;
  readonly description: string;
  /** JSON Schema, draft 2020-12, of the event's data. */
  readonly schema: object;
  readonly example: Readonly<Record<string, unknown>>;
}
