import type { Generated } from 'kysely';
import type { Tables } from '../../db/tables.ts';

/** All tables, these among them: what reads rows of these imports it from here. */
export type { Tables };

declare module '../../db/tables.ts' {
  interface Tables {
    plugin_companies: CompaniesTable;
    plugin_webhooks: WebhooksTable;
    plugin_logs: LogsTable;
  }
}

interface CompaniesTable {
  org_id: string;
  company_id: Generated<number>;
  latest_webhook: number;
  latest_log: number;
}

interface WebhooksTable {
  org_id: string;
  id: number;
  endpoint_id: string;
}

interface LogsTable {
  org_id: string;
  id: number;
  endpoint_id: string;
  delivery_id: string;
  attempt_id: string;
  event_type: string;
}
