import { flowxtra as contract } from '@sluice/contracts';
import { sql } from 'kysely';
import type { Queries } from '../../db/connect.ts';
import { inAnyPhase } from '../../deliveries/phases.ts';
import type { LedgerAttempt } from '../../deliveries/settle.ts';
import type { EndpointName } from '../../endpoints/secrets.ts';
import { lockCompany } from './numbers.ts';

/**
 * Numbers attempts of the plugin's webhooks in the transaction that writes them to the ledger, in the order in which
 * they were begun. Attempts of other endpoints get no number.
 */
export async function numberAttempts(tx: Queries, attempts: readonly LedgerAttempt[]): Promise<void> {
  const own = attempts.filter((attempt) => attempt.contract === contract.name);
  // Companies are locked in one order, so that two batches cannot wait for each other.
  for (const orgId of [...new Set(own.map((attempt) => attempt.orgId))].sort())
    await numberForCompany(
      tx,
      orgId,
      own.filter((attempt) => attempt.orgId === orgId),
    );
}

async function numberForCompany(
  tx: Queries,
  orgId: string,
  attempts: readonly LedgerAttempt[],
): Promise<void> {
  await sql`
    with own as (
      select given.*, delivery.event_type
        from unnest(${attempts.map((attempt) => attempt.endpointId)}::uuid[], ${attempts.map((attempt) => attempt.deliveryId)}::uuid[],
                    ${attempts.map((attempt) => attempt.attemptId)}::uuid[]) as given (endpoint_id, delivery_id, attempt_id)
        join plugin_webhooks webhook on webhook.org_id = ${orgId} and webhook.endpoint_id = given.endpoint_id
        join deliveries delivery on delivery.org_id = ${orgId} and delivery.id = given.delivery_id
    ), company as (
      update plugin_companies set latest_log = latest_log + (select count(*) from own) where org_id = ${orgId} returning latest_log
    )
    insert into plugin_logs (org_id, id, endpoint_id, delivery_id, attempt_id, event_type)
    select ${orgId}::uuid, company.latest_log - count(*) over () + row_number() over (order by own.attempt_id),
           own.endpoint_id, own.delivery_id, own.attempt_id, own.event_type
      from own, company`.execute(tx);
}

/** How many attempts one transaction numbers at most. */
const numberedAtOnce = 10_000;

/**
 * Gives numbers to the attempts of a webhook that have none, in the order in which they ended: those of earlier versions,
 * which numbered attempts when they were read, and those made under another contract before. At most 10,000.
 * @param firstKept the first id that retention keeps
 * @returns whether there may be more
 */
export async function numberEarlier(
  tx: Queries,
  { orgId, id: endpointId }: EndpointName,
  firstKept: string,
  most = numberedAtOnce,
): Promise<boolean> {
  await lockCompany(tx, orgId);
  const { rows } = await sql<{ count: number }>`
    with delivery as (
      select id, event_type, attempts from closed_deliveries where org_id = ${orgId} and endpoint_id = ${endpointId}
      union all
      select id, event_type, attempts from open_deliveries
       where org_id = ${orgId} and endpoint_id = ${endpointId} and ${inAnyPhase}
    ), counted as (
      select delivery_id, count(*) as logs from plugin_logs
       where org_id = ${orgId} and endpoint_id = ${endpointId} group by delivery_id
    ), unread as (
      select delivery.id, delivery.event_type from delivery left join counted on counted.delivery_id = delivery.id
       where delivery.attempts > coalesce(counted.logs, 0)
    ), fresh as (
      select unread.id as delivery_id, unread.event_type, attempt.id as attempt_id, attempt.finished_at
        from unread join attempts attempt on attempt.org_id = ${orgId} and attempt.delivery_id = unread.id and attempt.id >= ${firstKept}
       where not exists (select 1 from plugin_logs log where log.org_id = ${orgId} and log.attempt_id = attempt.id)
       order by attempt.finished_at, attempt.id limit ${most}
    ), numbered as (
      insert into plugin_logs (org_id, id, endpoint_id, delivery_id, attempt_id, event_type)
      select company.org_id, company.latest_log + row_number() over (order by fresh.finished_at, fresh.attempt_id),
             ${endpointId}::uuid, fresh.delivery_id, fresh.attempt_id, fresh.event_type
        from fresh join plugin_companies company on company.org_id = ${orgId}
      returning id
    ), counted_on as (
      update plugin_companies set latest_log = greatest(latest_log, (select max(id) from numbered))
       where org_id = ${orgId}
    )
    select count(*)::int as count from numbered`.execute(tx);
  return (rows[0]?.count ?? 0) === most;
}
