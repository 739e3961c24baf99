import { standard } from '@sluice/contracts';
import type { ProductCatalogue } from '../api/product-catalogue.ts';
import type { Queries } from '../db/connect.ts';
import { putEventTypes } from '../events/event-types.ts';
import { putRecordType } from '../features/records/record-types.ts';
import { defaultKeyPrefix } from '../tenants/keys.ts';
import { changeOrganization, type Organization } from '../tenants/organizations.ts';
import type { Preset } from './preset.ts';
import type { Product } from './product.ts';

/**
 * Gives an organization a product's contract, catalogue and record types. Its own types stay, unless the product has one
 * of the same name, which replaces it. Existing endpoints and keys do not change.
 * @throws {SluiceError} not_found
 */
export async function adoptPreset(tx: Queries, orgId: string, preset: Preset): Promise<Organization> {
  const organization = await changeOrganization(tx, orgId, {
    preset: preset.name,
    defaultContract: preset.contract.name,
  });
  await putEventTypes(tx, orgId, preset.eventTypes);
  for (const recordType of preset.recordTypes ?? []) await putRecordType(tx, orgId, recordType);
  return organization;
}

/** Products, as the engine knows them. */
export function catalogueOf(products: readonly Product[]): ProductCatalogue {
  const presets = new Map(products.map(({ preset }) => [preset.name, preset]));
  return {
    defaultContract: standard.name,
    has: (name) => presets.has(name),
    adopt(tx, orgId, name) {
      const preset = presets.get(name);
      if (!preset) throw new Error(`There is no product ${name}.`);
      return adoptPreset(tx, orgId, preset);
    },
    keyPrefix: (name) => (name === null ? undefined : presets.get(name))?.keyPrefix ?? defaultKeyPrefix,
  };
}
