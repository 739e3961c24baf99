import type { OptionalTime, Time } from '../../db/column-types.ts';
import type { Tables } from '../../db/tables.ts';

/** All tables, these among them: what reads rows of these imports it from here. */
export type { Tables };

declare module '../../db/tables.ts' {
  interface Tables {
    apps: AppsTable;
    app_versions: AppVersionsTable;
    installations: InstallationsTable;
    installation_webhooks: InstallationWebhooksTable;
    installation_tokens: InstallationTokensTable;
  }
}

interface AppsTable {
  org_id: string;
  id: string;
  name: string;
  description: string | null;
  created_at: Time;
}

interface AppVersionsTable {
  org_id: string;
  app_id: string;
  version: string;
  number: number;
  manifest: string;
  created_by: string;
  created_at: Time;
}

interface InstallationsTable {
  org_id: string;
  id: string;
  app_id: string;
  version: string;
  installed_by: string;
  created_at: Time;
  updated_at: Time;
}

interface InstallationWebhooksTable {
  org_id: string;
  installation_id: string;
  endpoint_id: string;
  definition: string;
}

interface InstallationTokensTable {
  org_id: string;
  id: string;
  installation_id: string;
  member_id: string | null;
  last_four: string;
  hash: Uint8Array;
  created_by: string;
  created_at: Time;
  last_used_at: OptionalTime;
}
