import { sql } from 'kysely';
import type { Queries } from '../../db/connect.ts';
import { transact } from '../../db/transaction.ts';
import type { Duty } from '../../worker/duty.ts';
import type { ProductParts } from '../product.ts';
import { numberEarlier } from './log-numbers.ts';
import { firstKeptId } from './logs.ts';

type Given = Pick<ProductParts, 'database' | 'clock' | 'retentionDays'>;

/** The plugin's timed work: its numbers follow the ledger. */
export function flowxtraDuties(given: Given): Duty[] {
  return [
    { name: 'number earlier attempts', everyMs: 600_000, run: () => numberAllEarlier(given) },
    { name: 'forget numbers of old attempts', everyMs: 3_600_000, run: () => forgetNumbers(given) },
  ];
}

async function numberAllEarlier({ database, clock, retentionDays }: Given): Promise<void> {
  const firstKept = firstKeptId(clock.now(), retentionDays);
  for (const name of await listWebhooks(database.queries))
    while (await transact(database.queries, (tx) => numberEarlier(tx, name, firstKept)));
}

async function listWebhooks(queries: Queries): Promise<{ orgId: string; id: string }[]> {
  const { rows } = await sql<{ orgId: string; id: string }>`
    select org_id as "orgId", endpoint_id as id from plugin_webhooks order by org_id, id`.execute(queries);
  return rows;
}

/** Retention drops attempts by whole days; their numbers are not shown from then on. */
async function forgetNumbers({ database, clock, retentionDays }: Given): Promise<void> {
  const firstKept = firstKeptId(clock.now(), retentionDays);
  await sql`delete from plugin_logs where attempt_id < ${firstKept}`.execute(database.queries);
}
