import type { EvaluationTables } from '../features/evaluations/tables.ts';
import type { NotificationTables } from '../features/notifications/tables.ts';
import type { ReviewTables } from '../features/reviews/tables.ts';
import type { PluginTables } from '../products/flowxtra/tables.ts';
import type { OptionalTime, Time, VersionsTable } from './column-types.ts';
import type { SessionTables } from './session-tables.ts';

/** The tables as Kysely sees them; `server/sql` is the truth and says what each column is for. */
export interface Tables
  extends EvaluationTables,
    NotificationTables,
    PluginTables,
    ReviewTables,
    SessionTables {
  organizations: OrganizationsTable;
  members: MembersTable;
  member_tokens: MemberTokensTable;
  keys: KeysTable;
  audit_log: AuditLogTable;
  idempotency_keys: IdempotencyKeysTable;
  endpoints: EndpointsTable;
  endpoint_secrets: EndpointSecretsTable;
  endpoint_health: EndpointHealthTable;
  endpoint_versions: VersionsTable;
  event_types: EventTypesTable;
  event_type_versions: VersionsTable;
  schedules: SchedulesTable;
  schedule_runs: ScheduleRunsTable;
  events: EventsTable;
  event_ids: EventIdsTable;
  bodies: BodiesTable;
  open_deliveries: OpenDeliveriesTable;
  closed_deliveries: ClosedDeliveriesTable;
  attempts: AttemptsTable;
  deliveries: DeliveriesView;
  record_types: RecordTypesTable;
  records: RecordsTable;
  apps: AppsTable;
  app_versions: AppVersionsTable;
  installations: InstallationsTable;
  installation_webhooks: InstallationWebhooksTable;
  installation_tokens: InstallationTokensTable;
}

interface OrganizationsTable {
  id: string;
  slug: string;
  name: string;
  preset: string | null;
  default_contract: string;
  time_zone: string;
  created_at: Time;
  updated_at: Time;
}

interface MembersTable {
  org_id: string;
  id: string;
  email: string;
  name: string;
  role: 'owner' | 'admin' | 'hr_admin' | 'member';
  access: string;
  created_at: Time;
  updated_at: Time;
}

interface MemberTokensTable {
  org_id: string;
  id: string;
  member_id: string;
  name: string;
  last_four: string;
  hash: Uint8Array;
  role: 'owner' | 'admin' | 'hr_admin' | 'member';
  created_by: string;
  created_at: Time;
  last_used_at: OptionalTime;
  expires_at: OptionalTime;
  revoked_at: OptionalTime;
}

interface KeysTable {
  org_id: string;
  id: string;
  name: string;
  prefix: string;
  last_four: string;
  hash: Uint8Array;
  scopes: string[];
  created_by: string;
  created_at: Time;
  last_used_at: OptionalTime;
  expires_at: OptionalTime;
  revoked_at: OptionalTime;
}

interface AuditLogTable {
  org_id: string;
  id: string;
  actor: string;
  action: string;
  target: string;
  ip: string | null;
  user_agent: string | null;
  details: string;
  at: Time;
}

interface IdempotencyKeysTable {
  org_id: string;
  key: string;
  request_hash: Uint8Array;
  status: number | null;
  answer: string | null;
  created_at: Time;
}

interface EndpointsTable {
  org_id: string;
  id: string;
  owner_kind: 'organization' | 'member' | 'installation';
  owner_id: string;
  url: string;
  name: string | null;
  description: string | null;
  contract: string;
  events: string[];
  headers: string | null;
  metadata: string;
  rate_limit: number | null;
  retry_delays: number[] | null;
  timeout_seconds: number | null;
  effective_timeout_seconds: number;
  projection: string | null;
  enabled: boolean;
  disabled_reason: string | null;
  disabled_at: OptionalTime;
  created_at: Time;
  updated_at: Time;
  deleted_at: OptionalTime;
}

interface EndpointSecretsTable {
  org_id: string;
  endpoint_id: string;
  id: string;
  ciphertext: string;
  created_at: Time;
  expires_at: OptionalTime;
}

interface EndpointHealthTable {
  org_id: string;
  endpoint_id: string;
  consecutive_failures: number;
  failing_since: OptionalTime;
  last_success_at: OptionalTime;
  last_failure_at: OptionalTime;
  concurrency: number;
  allowance: number;
  allowance_at: Time;
}

interface EventTypesTable {
  org_id: string;
  name: string;
  description: string;
  schema: string | null;
  example: string | null;
  created_at: Time;
  updated_at: Time;
}

interface SchedulesTable {
  org_id: string;
  id: string;
  cron: string;
  time_zone: string;
  type: string;
  data: string;
  audience: string | null;
  catch_up: 'none' | 'latest' | 'all';
  enabled: boolean;
  next_at: OptionalTime;
  last_at: OptionalTime;
  created_at: Time;
  updated_at: Time;
}

interface ScheduleRunsTable {
  org_id: string;
  schedule_id: string;
  at: Time;
  refusal: string | null;
  created_at: Time;
}

interface EventsTable {
  org_id: string;
  id: string;
  external_id: string | null;
  type: string;
  data: string;
  occurred_at: Time;
  deliver_at: OptionalTime;
  audience: string | null;
  metadata: string | null;
  source: string;
  created_at: Time;
}

interface EventIdsTable {
  org_id: string;
  external_id: string;
  event_id: string;
  request_hash: Uint8Array;
  created_at: Time;
}

interface BodiesTable {
  org_id: string;
  id: string;
  content: string;
}

interface DeliveryColumns {
  org_id: string;
  id: string;
  event_id: string;
  endpoint_id: string;
  event_type: string;
  contract: string;
  priority: number;
  attempts: number;
  body_id: string | null;
  last_outcome: string | null;
  last_status: number | null;
  last_attempt_at: OptionalTime;
  created_at: Time;
}

interface OpenDeliveriesTable extends DeliveryColumns {
  phase: number;
  due_at: Time;
  fence: number;
  lease_until: OptionalTime;
  leased_at: OptionalTime;
  leased_by: string | null;
  cancel_requested: boolean;
  round_attempts: number;
  round_started_at: OptionalTime;
}

interface ClosedDeliveriesTable extends DeliveryColumns {
  state: 'delivered' | 'failed' | 'cancelled';
  last_duration_ms: number | null;
  finished_at: Time;
}

interface DeliveriesView extends Omit<DeliveryColumns, 'priority'> {
  state: 'pending' | 'sending' | 'held' | 'delivered' | 'failed' | 'cancelled';
  last_duration_ms: number | null;
  next_attempt_at: OptionalTime;
  paused: boolean;
  finished_at: OptionalTime;
}

interface AttemptsTable {
  org_id: string;
  id: string;
  delivery_id: string;
  endpoint_id: string;
  number: number;
  outcome: string;
  error: string | null;
  url: string;
  request_headers: string | null;
  body_id: string | null;
  status: number | null;
  response_headers: string | null;
  response_body: Uint8Array | null;
  response_truncated: boolean;
  timings: string | null;
  duration_ms: number | null;
  worker: string | null;
  started_at: Time;
  finished_at: Time;
}

interface RecordTypesTable {
  org_id: string;
  module: string;
  model: string;
  description: string;
  schema: string | null;
  created_at: Time;
  updated_at: Time;
  last_change: OptionalTime;
}

interface RecordsTable {
  org_id: string;
  module: string;
  model: string;
  id: string;
  fields: string;
  created_at: Time;
  updated_at: Time;
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
