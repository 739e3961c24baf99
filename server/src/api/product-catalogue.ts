import type { Queries } from '../db/connect.ts';
import type { Organization } from '../tenants/organizations.ts';

/** Everything that the engine knows of the products that an organization can adopt. */
export interface ProductCatalogue {
  /** The contract of organizations that have adopted no product. */
  readonly defaultContract: string;
  has(name: string): boolean;
  /**
   * Gives an organization a product's contract, catalogue and record types.
   * @param name of an existing product
   */
  adopt(tx: Queries, orgId: string, name: string): Promise<Organization>;
  /** The prefix of an organization's keys; `null`: the organization has no product. */
  keyPrefix(name: string | null): string;
}
