import type { Generated } from 'kysely';

/** Tables of `0009_plugin.sql`. */
export interface PluginTables {
  plugin_companies: {
    org_id: string;
    company_id: Generated<number>;
    latest_webhook: number;
    latest_log: number;
  };
  plugin_webhooks: { org_id: string; id: number; endpoint_id: string };
  plugin_logs: {
    org_id: string;
    id: number;
    endpoint_id: string;
    delivery_id: string;
    attempt_id: string;
    event_type: string;
  };
}
