import type { Queries } from '../db/connect.ts';
import type { Organization } from '../tenants/organizations.ts';

/** The products that an organization can adopt, as far as the engine knows them. */
export interface ProductCatalogue {
  /** The contract of organizations that have adopted no product. */
  readonly defaultContract: string;
  has(name: string): boolean;
  /**
   * Gives an organization a product's contract, catalogue and record types.
   * @param name of a product that there is
   */
  adopt(tx: Queries, orgId: string, name: string): Promise<Organization>;
  /** How the keys of an organization begin; `null`: one without a product. */
  keyPrefix(name: string | null): string;
}
