import type { Queries } from '../db/connect.ts';
import type { Endpoint } from './endpoints.ts';

/** An endpoint with its record. */
export interface EndpointWithRecord extends Endpoint {
  readonly consecutive_failures: number;
  readonly last_success_at: Date | null;
  readonly last_failure_at: Date | null;
}

/** The organization's own endpoints that were promised a contract, oldest first; on request deleted ones, too. */
export function listByContract(
  queries: Queries,
  orgId: string,
  contract: string,
  { deleted }: { deleted: boolean },
): Promise<EndpointWithRecord[]> {
  let query = withRecord(queries, orgId, contract).orderBy('endpoints.id');
  if (!deleted) query = query.where('endpoints.deleted_at', 'is', null);
  return query.execute();
}

/** One of them, deleted or not; `undefined` for any other endpoint. */
export function findByContract(
  queries: Queries,
  orgId: string,
  contract: string,
  id: string,
): Promise<EndpointWithRecord | undefined> {
  return withRecord(queries, orgId, contract).where('endpoints.id', '=', id).executeTakeFirst();
}

function withRecord(queries: Queries, orgId: string, contract: string) {
  return queries
    .selectFrom('endpoints')
    .innerJoin('endpoint_health', (join) =>
      join
        .onRef('endpoint_health.org_id', '=', 'endpoints.org_id')
        .onRef('endpoint_health.endpoint_id', '=', 'endpoints.id'),
    )
    .selectAll('endpoints')
    .select([
      'endpoint_health.consecutive_failures',
      'endpoint_health.last_success_at',
      'endpoint_health.last_failure_at',
    ])
    .where('endpoints.org_id', '=', orgId)
    .where('endpoints.owner_kind', '=', 'organization')
    .where('endpoints.contract', '=', contract);
}
