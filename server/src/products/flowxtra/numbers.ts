import { flowxtra as contract } from '@sluice/contracts';
import { sql } from 'kysely';
import type { Queries } from '../../db/connect.ts';
import type { Endpoint } from '../../endpoints/endpoints.ts';

/** Makes the company's row, unless it is there. Not by an upsert: each would use up a number. */
async function ensureCompany(tx: Queries, orgId: string): Promise<void> {
  await sql`
    insert into plugin_companies (org_id, latest_webhook, latest_log)
    select ${orgId}::uuid, 0, 0 where not exists (select 1 from plugin_companies where org_id = ${orgId})
    on conflict (org_id) do nothing`.execute(tx);
}

/** Locks the company's counters: transactions that number things of one organization take turns. */
export async function lockCompany(tx: Queries, orgId: string): Promise<void> {
  await ensureCompany(tx, orgId);
  await sql`select 1 from plugin_companies where org_id = ${orgId} for update`.execute(tx);
}

/**
 * Numbers an endpoint that has got the plugin's contract, whatever part of the API made it: it is a webhook of the plugin
 * from then on. One that has a number keeps it.
 */
export async function numberWebhook(tx: Queries, endpoint: Endpoint): Promise<void> {
  if (endpoint.contract !== contract.name || endpoint.owner_kind !== 'organization') return;
  await lockCompany(tx, endpoint.org_id);
  await sql`
    with numbered as (
      insert into plugin_webhooks (org_id, id, endpoint_id)
      select org_id, latest_webhook + 1, ${endpoint.id}::uuid from plugin_companies company
       where org_id = ${endpoint.org_id}
         and not exists (select 1 from plugin_webhooks where org_id = company.org_id and endpoint_id = ${endpoint.id})
      returning id
    )
    update plugin_companies set latest_webhook = numbered.id from numbered where org_id = ${endpoint.org_id}`.execute(
    tx,
  );
}

/** The numbers of an organization's webhooks, by their endpoints' ids. */
export async function webhookNumbers(
  queries: Queries,
  orgId: string,
): Promise<{ companyId: number; webhooks: ReadonlyMap<string, number> }> {
  const company = await queries
    .selectFrom('plugin_companies')
    .select('company_id')
    .where('org_id', '=', orgId)
    .executeTakeFirst();
  const rows = await queries
    .selectFrom('plugin_webhooks')
    .select(['id', 'endpoint_id'])
    .where('org_id', '=', orgId)
    .execute();
  return {
    companyId: company?.company_id ?? 0,
    webhooks: new Map(rows.map((row) => [row.endpoint_id, row.id])),
  };
}

/** Company and endpoint of a numbered webhook. */
export function findNumber(
  queries: Queries,
  orgId: string,
  id: number,
): Promise<{ company_id: number; endpoint_id: string } | undefined> {
  return queries
    .selectFrom('plugin_webhooks')
    .innerJoin('plugin_companies', 'plugin_companies.org_id', 'plugin_webhooks.org_id')
    .select(['plugin_companies.company_id', 'plugin_webhooks.endpoint_id'])
    .where('plugin_webhooks.org_id', '=', orgId)
    .where('plugin_webhooks.id', '=', id)
    .executeTakeFirst();
}

/** Takes a webhook's number and those of its logs away. */
export async function forgetWebhook(tx: Queries, orgId: string, endpointId: string): Promise<void> {
  await tx
    .deleteFrom('plugin_webhooks')
    .where('org_id', '=', orgId)
    .where('endpoint_id', '=', endpointId)
    .execute();
  await tx
    .deleteFrom('plugin_logs')
    .where('org_id', '=', orgId)
    .where('endpoint_id', '=', endpointId)
    .execute();
}
