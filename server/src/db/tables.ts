import type { OptionalTime, Time, VersionsTable } from './column-types.ts';

/**
 * The tables as Kysely sees them: here those of the engine; features and products add theirs in their own `tables.ts`.
 * `server/sql` is the truth and says what each column is for; a test compares.
 */
export interface Tables {
  organizations: OrganizationsTable;
  members: MembersTable;
  member_tokens: MemberTokensTable;
  keys: KeysTable;
  member_passwords: MemberPasswordsTable;
  sign_in_links: SignInLinksTable;
  sessions: SessionsTable;
  audit_log: AuditLogTable;
  idempotency_keys: IdempotencyKeysTable;
  request_windows: RequestWindowsTable;
  endpoints: EndpointsTable;
  endpoint_secrets: EndpointSecretsTable;
  endpoint_health: EndpointHealthTable;
  endpoint_versions: VersionsTable;
  event_types: EventTypesTable;
  event_type_versions: VersionsTable;
  events: EventsTable;
  event_ids: EventIdsTable;
  bodies: BodiesTable;
  open_deliveries: OpenDeliveriesTable;
  closed_deliveries: ClosedDeliveriesTable;
  attempts: AttemptsTable;
  deliveries: DeliveriesView;
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

interface MemberPasswordsTable {
  org_id: string;
  member_id: string;
  hash: string;
  changed_at: Time;
}

interface SignInLinksTable {
  org_id: string;
  id: string;
  member_id: string;
  hash: Uint8Array;
  role: 'owner' | 'admin' | 'hr_admin' | 'member';
  created_by: string;
  created_at: Time;
  expires_at: Time;
  used_at: OptionalTime;
}

interface SessionsTable {
  org_id: string;
  id: string;
  member_id: string;
  hash: Uint8Array;
  signed_in_by: 'link' | 'password';
  ip: string | null;
  user_agent: string | null;
  created_at: Time;
  last_used_at: Time;
  ends_at: Time;
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

interface RequestWindowsTable {
  org_id: string;
  credential_id: string;
  started_at: Time;
  requests: number;
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
  attempts: number;
  body_id: string | null;
  last_outcome: string | null;
  last_status: number | null;
  last_attempt_at: OptionalTime;
  created_at: Time;
}

interface OpenDeliveriesTable extends DeliveryColumns {
  priority: number;
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
  priority: number;
  state: 'delivered' | 'failed' | 'cancelled';
  last_duration_ms: number | null;
  finished_at: Time;
}

interface DeliveriesView extends DeliveryColumns {
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
