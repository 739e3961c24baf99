// Made from openapi.json by `npm run generate`. Do not edit.
import type { Call, CallOptions, List, Listing } from './request.ts';

export interface App {
  /** Id of an app */
  id: string;
  name: string;
  description: string | null;
  /** RFC 3339, UTC */
  created_at: string;
}

export interface AppPage {
  data: App[];
  /** Give it as `cursor` for the next page; null on the last one */
  next_cursor: string | null;
}

export interface AppVersion {
  /** Id of an app */
  app_id: string;
  /** Semantic Versioning 2.0.0 */
  version: string;
  scopes: ({
    module: string;
    model: string;
    /** `write` includes reading */
    access: 'read' | 'write';
    fields: string[] | null;
    name: string;
  })[];
  webhooks: ({
    module: string;
    model: string;
    actions: ('create' | 'update' | 'delete')[];
    url: string;
  })[];
  created_by: string;
  /** RFC 3339, UTC */
  created_at: string;
  differences: {
    from: string | null;
    scopes: {
      added: string[];
      removed: string[];
    };
    webhooks: {
      added: ({
        module: string;
        model: string;
        actions: ('create' | 'update' | 'delete')[];
        url: string;
      })[];
      removed: ({
        module: string;
        model: string;
        actions: ('create' | 'update' | 'delete')[];
        url: string;
      })[];
      unchanged: ({
        module: string;
        model: string;
        actions: ('create' | 'update' | 'delete')[];
        url: string;
      })[];
    };
    /** Scopes that an administrator has to consent to */
    consent: string[];
  };
}

export interface AppVersionSummary {
  /** Id of an app */
  app_id: string;
  /** Semantic Versioning 2.0.0 */
  version: string;
  scopes: ({
    module: string;
    model: string;
    /** `write` includes reading */
    access: 'read' | 'write';
    fields: string[] | null;
    name: string;
  })[];
  webhooks: ({
    module: string;
    model: string;
    actions: ('create' | 'update' | 'delete')[];
    url: string;
  })[];
  created_by: string;
  /** RFC 3339, UTC */
  created_at: string;
}

export interface AppVersionSummaryPage {
  data: AppVersionSummary[];
  /** Give it as `cursor` for the next page; null on the last one */
  next_cursor: string | null;
}

export interface ApproveReviewBody {
  comment?: string | null;
  member_id?: string | null;
  /** The version that you have seen; refused where the task has another one */
  version?: number;
}

export interface Attempt {
  /** Id of an attempt */
  id: string;
  /** Id of a delivery */
  delivery_id: string;
  number: number;
  outcome: 'delivered' | 'http_error' | 'timeout' | 'connection_error' | 'tls_error' | 'dns_error' | 'blocked_address' | 'unknown';
  error: string | null;
  request: {
    /** Empty where it is unknown */
    url: string;
    headers: {
      [name: string]: string | string[];
    } | null;
    body: string | null;
  };
  response: {
    status: number;
    headers: {
      [name: string]: string | string[];
    };
    /** The first 16 KiB; base64 where it is not UTF-8 */
    body: string;
    body_encoding: 'utf-8' | 'base64';
    truncated: boolean;
  } | null;
  timings_ms: {
    dns?: number;
    connect?: number;
    first_byte?: number;
    total: number;
  } | null;
  /** RFC 3339, UTC */
  started_at: string;
  /** RFC 3339, UTC */
  finished_at: string;
}

export interface AttemptPage {
  data: Attempt[];
  /** Give it as `cursor` for the next page; null on the last one */
  next_cursor: string | null;
}

export interface AuditLogEntry {
  /** Id of an audit entry */
  id: string;
  actor: string;
  action: string;
  target: string;
  ip: string | null;
  user_agent: string | null;
  details: {
    [name: string]: unknown;
  };
  /** RFC 3339, UTC */
  at: string;
}

export interface AuditLogEntryPage {
  data: AuditLogEntry[];
  /** Give it as `cursor` for the next page; null on the last one */
  next_cursor: string | null;
}

export interface CancelEventAnswer {
  id: string;
  type: string;
  /** Deliveries */
  cancelled: number;
}

export interface ChangeAppBody {
  name?: string;
  description?: string | null;
}

export interface ChangeEndpointBody {
  url?: string;
  name?: string | null;
  description?: string | null;
  /** `*`, names of event types, or prefixes such as `review.*` */
  events?: string[];
  /** Sent with every request; kept encrypted */
  headers?: {
    [name: string]: string;
  };
  rate_limit?: number | null;
  retry_delays?: number[] | null;
  timeout_seconds?: number | null;
  /** Your own names and values */
  metadata?: {
    [name: string]: string;
  };
  contract?: string;
}

export interface ChangeIntegrationBody {
  url?: string;
  name?: string | null;
  description?: string | null;
  /** Types of notifications; by default, all of them */
  events?: ('task_assigned' | 'task_status' | 'blocker' | 'review' | 'meeting' | 'weekly_digest' | 'team_support.approved' | 'system')[];
}

export interface ChangeMeetingBody {
  title?: string;
  /** RFC 3339, UTC */
  starts_at?: string;
  members?: string[];
}

export interface ChangeMemberBody {
  email?: string;
  name?: string;
  role?: 'owner' | 'admin' | 'hr_admin' | 'member';
  /** Module → the member’s right there */
  access?: {
    [name: string]: 'none' | 'read' | 'write';
  };
}

export interface ChangeMyWebhookBody {
  url?: string;
  name?: string | null;
}

export interface ChangeOrganizationBody {
  name?: string;
  /** Subdomain name: a-z, 0-9 and -, at most 63 characters */
  slug?: string;
  /** IANA time zone */
  time_zone?: string;
}

export interface ChangeScheduleBody {
  /** Five fields: minute, hour, day of month, month, day of week */
  cron?: string;
  /** Dot-separated words of a-z, 0-9 and _ */
  type?: string;
  /** Any JSON object up to 256 KiB; delivered byte for byte */
  data?: {
    [name: string]: unknown;
  };
  /** IANA time zone; by default, the organization's */
  time_zone?: string;
  audience?: {
    members?: string[];
    roles?: ('owner' | 'admin' | 'hr_admin' | 'member')[];
  } | null;
  /** For times that were missed while no worker ran: nothing, one event for the latest (the default), or one for each */
  catch_up?: 'none' | 'latest' | 'all';
  enabled?: boolean;
}

export interface ChangeWorkflowBody {
  name?: string;
  description?: string | null;
  approvals?: number;
  reviewers?: {
    members: string[];
  } | {
    role: 'owner' | 'admin' | 'hr_admin' | 'member';
  } | null;
  rejection_ends?: boolean;
  /** What happens to tasks that expire; `after_seconds` is for tasks without a time of their own */
  expiry?: {
    after_seconds: number | null;
    action: 'expire' | 'approve' | 'reject' | 'escalate';
    escalation?: {
      /** Id of a queue */
      queue_id: string;
      after_seconds: number;
      action: 'expire' | 'approve' | 'reject';
    } | null;
  };
}

export interface Contract {
  name: string;
  title: string;
  description: string;
  /** Every header that is sent */
  headers: string[];
  tolerance_seconds: number | null;
  timeout_seconds: number;
  retry: {
    /** Fraction by which a delay varies in either direction */
    jitter: number;
    endpoint_may_change: boolean;
  };
  /** The time of each attempt if the first one took place now */
  attempts: {
    number: number;
    /** Since the first attempt, without jitter and the duration of attempts */
    after_seconds: number;
    /** RFC 3339, UTC */
    at: string;
  }[];
  disabled_after: {
    kind: string;
    count?: number;
    seconds?: number;
    counts: string;
  } | null;
  secret: {
    example_form: string;
    max_overlap_seconds: number;
    default_overlap_seconds: number;
  };
}

export interface ContractPage {
  data: Contract[];
  next_cursor: null;
}

export interface CountMyUnreadNotificationsAnswer {
  unread: number;
}

export interface CreateAppBody {
  name: string;
  description?: string | null;
}

export interface CreateAppVersionBody {
  /** Semantic Versioning 2.0.0 */
  version: string;
  scopes: ({
    module: string;
    model: string;
    /** `write` includes reading */
    access: 'read' | 'write';
    fields?: string[] | null;
  })[];
  webhooks?: ({
    module: string;
    model: string;
    actions: ('create' | 'update' | 'delete')[];
    url: string;
  })[];
}

export interface CreateEmbedTokenAnswer {
  /** Id of an embed token */
  id: string;
  label: string | null;
  /** The end of the secret */
  last_four: string;
  workflow_id: string | null;
  queue_id: string | null;
  member_id: string | null;
  capabilities: {
    approve: boolean;
    reject: boolean;
    edit: boolean;
  };
  allowed_origins: string[];
  created_by: string;
  /** RFC 3339, UTC */
  created_at: string;
  last_used_at: string | null;
  /** RFC 3339, UTC */
  expires_at: string;
  revoked_at: string | null;
  /** Shown only now: only its hash is stored */
  secret: string;
  /** The page, with the secret in the fragment, which browsers do not send */
  url: string;
  /** HTML that shows the page */
  iframe: string;
}

export interface CreateEmbedTokenBody {
  workflow_id?: string | null;
  queue_id?: string | null;
  member_id?: string | null;
  /** Every token can view */
  capabilities: {
    approve?: boolean;
    reject?: boolean;
    edit?: boolean;
  };
  /** The sites that may show the page: scheme, host and port; https, or http on localhost */
  allowed_origins: string[];
  /** RFC 3339, UTC */
  expires_at: string;
  label?: string | null;
}

export interface CreateEndpointAnswer {
  /** Id of an endpoint */
  id: string;
  url: string;
  name: string | null;
  description: string | null;
  contract: string;
  events: string[];
  /** Names of its own headers; the values are not shown */
  headers: {
    [name: string]: string;
  };
  rate_limit: number | null;
  retry_delays: number[] | null;
  timeout_seconds: number;
  /** Your own names and values */
  metadata: {
    [name: string]: string;
  };
  owner: {
    kind: 'organization' | 'member' | 'installation';
    id: string;
  };
  enabled: boolean;
  disabled_reason: string | null;
  disabled_at: string | null;
  /** RFC 3339, UTC */
  created_at: string;
  /** RFC 3339, UTC */
  updated_at: string;
  /** The signing secret, shown once */
  secret: string;
}

export interface CreateEndpointBody {
  url: string;
  name?: string | null;
  description?: string | null;
  /** `*`, names of event types, or prefixes such as `review.*` */
  events: string[];
  /** Sent with every request; kept encrypted */
  headers?: {
    [name: string]: string;
  };
  rate_limit?: number | null;
  retry_delays?: number[] | null;
  timeout_seconds?: number | null;
  /** Your own names and values */
  metadata?: {
    [name: string]: string;
  };
  contract?: string;
  /** Your own signing secret; made if left out */
  secret?: string;
}

export interface CreateInstallationTokenAnswer {
  /** Id of an installation token */
  id: string;
  member_id: string | null;
  last_four: string;
  created_by: string;
  /** RFC 3339, UTC */
  created_at: string;
  last_used_at: string | null;
  /** In this answer and in no other */
  secret: string;
}

export interface CreateInstallationTokenBody {
  /** The member that the token acts for, and whose access rights bound it; if left out the member whose token is used, otherwise no member */
  member_id?: string | null;
}

export interface CreateIntegrationBody {
  url: string;
  name?: string | null;
  description?: string | null;
  /** Types of notifications; by default, all of them */
  events?: ('task_assigned' | 'task_status' | 'blocker' | 'review' | 'meeting' | 'weekly_digest' | 'team_support.approved' | 'system')[];
  /** Your own signing secret; by default, one is generated */
  secret?: string;
}

export interface CreateMeetingBody {
  title: string;
  /** RFC 3339, UTC */
  starts_at: string;
  members: string[];
}

export interface CreateMemberBody {
  email: string;
  name: string;
  role?: 'owner' | 'admin' | 'hr_admin' | 'member';
  /** Module → the member’s right there */
  access?: {
    [name: string]: 'none' | 'read' | 'write';
  };
}

export interface CreateMemberTokenAnswer {
  /** Id of a member token */
  id: string;
  /** Id of a member */
  member_id: string;
  name: string;
  /** The end of the secret */
  last_four: string;
  /** The scopes of the role for which it was issued; fewer where the member’s role of now has fewer */
  scopes: string[];
  created_by: string;
  /** RFC 3339, UTC */
  created_at: string;
  last_used_at: string | null;
  expires_at: string | null;
  revoked_at: string | null;
  /** Shown only now: only its hash is stored */
  secret: string;
}

export interface CreateMemberTokenBody {
  name: string;
  expires_at?: string | null;
}

export interface CreateMyWebhookBody {
  url: string;
  name?: string | null;
  /** Your own signing secret; made if left out */
  secret?: string;
}

export interface CreateOrganizationBody {
  name: string;
  /** Subdomain name: a-z, 0-9 and -, at most 63 characters */
  slug: string;
  preset?: string | null;
  /** IANA time zone */
  time_zone?: string;
}

export interface CreateOrganizationKeyAnswer {
  /** Id of a key */
  id: string;
  name: string;
  /** The beginning of the secret */
  prefix: string;
  /** The end of the secret */
  last_four: string;
  scopes: string[];
  created_by: string;
  /** RFC 3339, UTC */
  created_at: string;
  last_used_at: string | null;
  expires_at: string | null;
  revoked_at: string | null;
  /** Shown only now: only its hash is stored */
  secret: string;
}

export interface CreateOrganizationKeyBody {
  name: string;
  scopes: string[];
  expires_at?: string | null;
}

export interface CreateOrganizationSignInLinkAnswer {
  /** Id of a sign in link */
  id: string;
  /** Id of a member */
  member_id: string;
  email: string;
  /** Shown only now: opened in a browser, it signs the member in */
  url: string;
  /** RFC 3339, UTC */
  created_at: string;
  /** RFC 3339, UTC */
  expires_at: string;
}

export interface CreateOrganizationSignInLinkBody {
  /** Of the member; by default, the owner who was added first */
  email?: string;
  /** By default 3600 */
  expires_in_seconds?: number;
}

export interface CreateQueueBody {
  name: string;
}

export interface CreateReviewBody {
  /** Id of a workflow */
  workflow_id: string;
  queue_id?: string | null;
  title: string;
  /** Any JSON up to 256 KiB; stored byte for byte */
  content: unknown;
  content_type?: string | null;
  priority?: 'low' | 'normal' | 'high' | 'urgent';
  assignee?: string | null;
  /** By default, as the workflow says; null: never */
  expires_at?: string | null;
  /** Your own names and values */
  metadata?: {
    [name: string]: string;
  };
}

export interface CreateReviewGateBody {
  name?: string | null;
  /** `*`, names of event types, or prefixes such as `invoice.*` */
  types: string[];
  endpoints?: string[] | null;
  /** Id of a workflow */
  workflow_id: string;
  queue_id?: string | null;
  condition?: {
    [name: string]: unknown;
  } | boolean | null;
}

export interface CreateScheduleBody {
  /** Five fields: minute, hour, day of month, month, day of week */
  cron: string;
  /** Dot-separated words of a-z, 0-9 and _ */
  type: string;
  /** Any JSON object up to 256 KiB; delivered byte for byte */
  data: {
    [name: string]: unknown;
  };
  /** IANA time zone; by default, the organization's */
  time_zone?: string;
  audience?: {
    members?: string[];
    roles?: ('owner' | 'admin' | 'hr_admin' | 'member')[];
  } | null;
  /** For times that were missed while no worker ran: nothing, one event for the latest (the default), or one for each */
  catch_up?: 'none' | 'latest' | 'all';
}

export interface CreateSignInLinkBody {
  /** By default 3600 */
  expires_in_seconds?: number;
}

export interface CreateWorkflowBody {
  name: string;
  description?: string | null;
  approvals?: number;
  reviewers?: {
    members: string[];
  } | {
    role: 'owner' | 'admin' | 'hr_admin' | 'member';
  } | null;
  rejection_ends?: boolean;
  /** What happens to tasks that expire; `after_seconds` is for tasks without a time of their own */
  expiry?: {
    after_seconds: number | null;
    action: 'expire' | 'approve' | 'reject' | 'escalate';
    escalation?: {
      /** Id of a queue */
      queue_id: string;
      after_seconds: number;
      action: 'expire' | 'approve' | 'reject';
    } | null;
  };
}

export interface Delivery {
  /** Id of a delivery */
  id: string;
  event_id: string;
  event_type: string;
  /** Id of an endpoint */
  endpoint_id: string;
  contract: string;
  state: 'pending' | 'sending' | 'delivered' | 'failed' | 'cancelled' | 'held';
  attempts: number;
  next_attempt_at: string | null;
  /** Whether it waits until its endpoint is enabled again */
  paused: boolean;
  last_attempt: {
    outcome: 'delivered' | 'http_error' | 'timeout' | 'connection_error' | 'tls_error' | 'dns_error' | 'blocked_address' | 'unknown';
    status: number | null;
    at: string | null;
  } | null;
  /** RFC 3339, UTC */
  created_at: string;
  finished_at: string | null;
  review: {
    /** Id of a review */
    id: string;
    gate_id: string | null;
    status: 'pending' | 'approved' | 'rejected' | 'revised' | 'expired';
    decision: {
      status: 'pending' | 'approved' | 'rejected' | 'revised' | 'expired';
      action: 'created' | 'approved' | 'rejected' | 'revised' | 'expired' | 'escalated';
      /** The author */
      by: {
        kind: 'key' | 'member' | 'embed_token' | 'gate' | 'system';
        id: string | null;
        name: string | null;
        member: {
          /** Id of a member */
          id: string;
          name: string | null;
        } | null;
      };
      comment: string | null;
      reason: string | null;
      version: number;
      /** RFC 3339, UTC */
      at: string;
    } | null;
  } | null;
}

export interface DeliverySummary {
  /** Id of a delivery */
  id: string;
  event_id: string;
  event_type: string;
  /** Id of an endpoint */
  endpoint_id: string;
  contract: string;
  state: 'pending' | 'sending' | 'delivered' | 'failed' | 'cancelled' | 'held';
  attempts: number;
  next_attempt_at: string | null;
  /** Whether it waits until its endpoint is enabled again */
  paused: boolean;
  last_attempt: {
    outcome: 'delivered' | 'http_error' | 'timeout' | 'connection_error' | 'tls_error' | 'dns_error' | 'blocked_address' | 'unknown';
    status: number | null;
    at: string | null;
  } | null;
  /** RFC 3339, UTC */
  created_at: string;
  finished_at: string | null;
}

export interface DeliverySummaryPage {
  data: DeliverySummary[];
  /** Give it as `cursor` for the next page; null on the last one */
  next_cursor: string | null;
}

export interface DiagnoseEndpointAnswer {
  /** Id of an endpoint */
  endpoint_id: string;
  url: string;
  contract: string;
  /** No probe failed, and those that matter most were looked at */
  sound: boolean;
  passed: number;
  warned: number;
  failed: number;
  skipped: number;
  /** RFC 3339, UTC */
  started_at: string;
  duration_ms: number;
  /** How long one answer may take */
  timeout_ms: number;
  slowest_ms: number | null;
  findings: ({
    /** Stable name of the probe */
    probe: string;
    group: 'delivery' | 'forgery' | 'time' | 'payload';
    title: string;
    /** What a sound receiver does */
    should: 'accept' | 'refuse';
    because: string;
    /** What this one did */
    did: string;
    /** `skipped`: not sent, or not looked at (429) */
    verdict: 'pass' | 'warn' | 'fail' | 'skipped';
    status: number | null;
    duration_ms: number | null;
    excerpt: string | null;
  })[];
  /** What explains the findings, likeliest first */
  causes: ({
    /** Stable name for programs */
    code: string;
    level: 'warn' | 'fail';
    title: string;
    explanation: string;
    remedy: string;
    /** The probes that show it */
    probes: string[];
  })[];
}

export interface EmbedToken {
  /** Id of an embed token */
  id: string;
  label: string | null;
  /** The end of the secret */
  last_four: string;
  workflow_id: string | null;
  queue_id: string | null;
  member_id: string | null;
  capabilities: {
    approve: boolean;
    reject: boolean;
    edit: boolean;
  };
  allowed_origins: string[];
  created_by: string;
  /** RFC 3339, UTC */
  created_at: string;
  last_used_at: string | null;
  /** RFC 3339, UTC */
  expires_at: string;
  revoked_at: string | null;
}

export interface EmbedTokenPage {
  data: EmbedToken[];
  /** Give it as `cursor` for the next page; null on the last one */
  next_cursor: string | null;
}

export interface Endpoint {
  /** Id of an endpoint */
  id: string;
  url: string;
  name: string | null;
  description: string | null;
  contract: string;
  events: string[];
  /** Names of its own headers; the values are not shown */
  headers: {
    [name: string]: string;
  };
  rate_limit: number | null;
  retry_delays: number[] | null;
  timeout_seconds: number;
  /** Your own names and values */
  metadata: {
    [name: string]: string;
  };
  owner: {
    kind: 'organization' | 'member' | 'installation';
    id: string;
  };
  enabled: boolean;
  disabled_reason: string | null;
  disabled_at: string | null;
  /** RFC 3339, UTC */
  created_at: string;
  /** RFC 3339, UTC */
  updated_at: string;
}

export interface EndpointPage {
  data: Endpoint[];
  /** Give it as `cursor` for the next page; null on the last one */
  next_cursor: string | null;
}

export interface EndpointStats {
  /** RFC 3339, UTC */
  since: string;
  delivered: number;
  failed: number;
  cancelled: number;
  /** Not ended yet, whenever they were made */
  pending: number;
  success_rate: number | null;
  latency_ms: {
    p50: number;
    p90: number;
    p99: number;
  } | null;
  consecutive_failures: number;
  last_success_at: string | null;
  last_failure_at: string | null;
}

export interface Event {
  /** Id of an event */
  id: string;
  type: string;
  /** RFC 3339, UTC */
  occurred_at: string;
  deliver_at: string | null;
  audience: {
    members?: string[];
    roles?: string[];
  } | null;
  metadata: {
    [name: string]: string;
  } | null;
  source: 'api' | 'schedule' | 'test' | 'system';
  /** RFC 3339, UTC */
  created_at: string;
  /** The data, byte for byte as it was received */
  data: unknown;
  /** Why each endpoint gets the event or not; those that get it first */
  trace: ({
    /** Id of an endpoint */
    endpoint_id: string;
    endpoint_name: string | null;
    url: string;
    matched: boolean;
    reason: 'matched' | 'type_not_selected' | 'endpoint_disabled' | 'endpoint_newer_than_event' | 'endpoint_changed_since' | 'not_addressed' | 'nothing_visible';
    delivery_id: string | null;
    state: string | null;
    attempts: number;
  })[];
  /** false where there are more than 200 endpoints: list deliveries by `event_id` instead */
  trace_complete: boolean;
}

export interface EventSummary {
  /** Id of an event */
  id: string;
  type: string;
  /** RFC 3339, UTC */
  occurred_at: string;
  deliver_at: string | null;
  audience: {
    members?: string[];
    roles?: string[];
  } | null;
  metadata: {
    [name: string]: string;
  } | null;
  source: 'api' | 'schedule' | 'test' | 'system';
  /** RFC 3339, UTC */
  created_at: string;
}

export interface EventSummaryPage {
  data: EventSummary[];
  /** Give it as `cursor` for the next page; null on the last one */
  next_cursor: string | null;
}

export interface EventType {
  name: string;
  description: string;
  schema: {
    [name: string]: unknown;
  } | boolean | null;
  example: {
    [name: string]: unknown;
  } | null;
  /** RFC 3339, UTC */
  created_at: string;
  /** RFC 3339, UTC */
  updated_at: string;
}

export interface EventTypePage {
  data: EventType[];
  /** Give it as `cursor` for the next page; null on the last one */
  next_cursor: string | null;
}

export interface FlowbeaconCreateEvaluationAnswer {
  ok: true;
  data: {
    /** Id of an evaluation */
    id: string;
    status: 'pending' | 'running' | 'complete';
    modules: {
      /** Id of a module */
      id: string;
      name: string;
    }[];
    progress: {
      /** Scenarios that have results */
      evaluated: number;
      total: number;
    };
    /** RFC 3339, UTC */
    created_at: string;
    started_at: string | null;
    completed_at: string | null;
    scenarios: {
      /** Id of a scenario */
      id: string;
      name: string;
    }[];
  };
  meta: {
    /** Give it as `since` to `GET /evaluations` for what changed after this answer */
    watermark: string;
    /** Whether more has changed already */
    has_more?: boolean;
    next_cursor?: string | null;
  };
}

export interface FlowbeaconCreateEvaluationBody {
  /** Ids of modules */
  modules: string[];
  scenarios: {
    name: string;
    /** Any JSON up to 64 KiB */
    input: unknown;
  }[];
}

export interface FlowbeaconCreateModuleAnswer {
  ok: true;
  data: {
    /** Id of a module */
    id: string;
    name: string;
    description: string | null;
    rules: {
      code: string;
      description: string;
      schema: unknown;
    }[];
    /** RFC 3339, UTC */
    created_at: string;
  };
  meta: {
    /** Give it as `since` to `GET /evaluations` for what changed after this answer */
    watermark: string;
    /** Whether more has changed already */
    has_more?: boolean;
    next_cursor?: string | null;
  };
}

export interface FlowbeaconCreateModuleBody {
  name: string;
  description?: string | null;
  rules: ({
    code: string;
    description?: string;
    /** JSON Schema (draft 2020-12) that a scenario's input must satisfy */
    schema: {
      [name: string]: unknown;
    } | boolean;
  })[];
}

export interface FlowbeaconCreateResultTokenAnswer {
  ok: true;
  data: {
    /** `rt_…`, shown once */
    token: string;
    /** RFC 3339, UTC */
    expires_at: string;
  };
  meta: {
    /** Give it as `since` to `GET /evaluations` for what changed after this answer */
    watermark: string;
    /** Whether more has changed already */
    has_more?: boolean;
    next_cursor?: string | null;
  };
}

export interface FlowbeaconCreateResultTokenBody {
  /** Seconds; an hour if left out */
  expires_in?: number;
}

export interface FlowbeaconCreateWebhookAnswer {
  ok: true;
  data: {
    /** Id of a subscription */
    id: string;
    url: string;
    events: string[];
    description: string | null;
    is_active: boolean;
    /** `whsec_…`, shown once */
    signing_secret: string;
    warning: string;
  };
  meta: {
    /** Give it as `since` to `GET /evaluations` for what changed after this answer */
    watermark: string;
    /** Whether more has changed already */
    has_more?: boolean;
    next_cursor?: string | null;
  };
}

export interface FlowbeaconCreateWebhookBody {
  url: string;
  events: string[];
  description?: string | null;
}

export interface FlowbeaconGetResultsAnswer {
  ok: true;
  data: {
    /** Id of an evaluation */
    evaluation_id: string;
    scenarios: {
      /** Id of a scenario */
      id: string;
      name: string;
      violations: {
        /** Of the rule that is broken */
        code: string;
        /** Name of its module */
        module: string;
        /** JSON pointer into the input */
        path: string;
        message: string;
      }[];
      /** How many more there are; left out where all are listed */
      violations_omitted?: number;
      module_summary: {
        module: string;
        passing_count: number;
        failing_count: number;
      }[];
      evaluated_codes: string[];
      /** Rules that are satisfied */
      passing_count: number;
      /** Rules that are broken */
      failing_count: number;
    }[];
  };
  meta: {
    /** Give it as `since` to `GET /evaluations` for what changed after this answer */
    watermark: string;
    /** Whether more has changed already */
    has_more?: boolean;
    next_cursor?: string | null;
  };
}

export interface FlowbeaconGetScenarioResultsAnswer {
  ok: true;
  data: {
    /** Id of a scenario */
    id: string;
    name: string;
    /** Id of an evaluation */
    evaluation_id: string;
    violations: {
      /** Of the rule that is broken */
      code: string;
      /** Name of its module */
      module: string;
      /** JSON pointer into the input */
      path: string;
      message: string;
    }[];
    /** How many more there are; left out where all are listed */
    violations_omitted?: number;
    module_summary: {
      module: string;
      passing_count: number;
      failing_count: number;
    }[];
    evaluated_codes: string[];
    /** Rules that are satisfied */
    passing_count: number;
    /** Rules that are broken */
    failing_count: number;
  };
  meta: {
    /** Give it as `since` to `GET /evaluations` for what changed after this answer */
    watermark: string;
    /** Whether more has changed already */
    has_more?: boolean;
    next_cursor?: string | null;
  };
}

export interface FlowbeaconListEvaluationsAnswer {
  ok: true;
  data: ({
    /** Id of an evaluation */
    id: string;
    status: 'pending' | 'running' | 'complete';
    modules: {
      /** Id of a module */
      id: string;
      name: string;
    }[];
    progress: {
      /** Scenarios that have results */
      evaluated: number;
      total: number;
    };
    /** RFC 3339, UTC */
    created_at: string;
    started_at: string | null;
    completed_at: string | null;
  })[];
  meta: {
    /** Give it as `since` to `GET /evaluations` for what changed after this answer */
    watermark: string;
    /** Whether more has changed already */
    has_more?: boolean;
    next_cursor?: string | null;
  };
}

export interface FlowbeaconListModulesAnswer {
  ok: true;
  data: ({
    /** Id of a module */
    id: string;
    name: string;
    description: string | null;
    rules: {
      code: string;
      description: string;
      schema: unknown;
    }[];
    /** RFC 3339, UTC */
    created_at: string;
  })[];
  meta: {
    /** Give it as `since` to `GET /evaluations` for what changed after this answer */
    watermark: string;
    /** Whether more has changed already */
    has_more?: boolean;
    next_cursor?: string | null;
  };
}

export interface FlowbeaconListWebhooksAnswer {
  ok: true;
  data: ({
    /** Id of a subscription */
    id: string;
    url: string;
    events: string[];
    description: string | null;
    is_active: boolean;
    last_delivery_at: string | null;
    last_delivery_status: 'delivered' | 'failed' | null;
    /** Failed attempts since the last one that was delivered, or since the secret was rotated */
    delivery_failure_count: number;
    /** RFC 3339, UTC */
    created_at: string;
    revoked_at: string | null;
  })[];
  meta: {
    /** Give it as `since` to `GET /evaluations` for what changed after this answer */
    watermark: string;
    /** Whether more has changed already */
    has_more?: boolean;
    next_cursor?: string | null;
  };
}

/** Any error */
export interface FlowbeaconProblem {
  ok: false;
  error: {
    /** A stable name for programs */
    code: string;
    /** What is wrong this time */
    message: string;
  };
}

export interface FlowbeaconRevokeWebhookAnswer {
  ok: true;
  data: {
    /** Id of a subscription */
    id: string;
    url: string;
    events: string[];
    description: string | null;
    is_active: boolean;
    last_delivery_at: string | null;
    last_delivery_status: 'delivered' | 'failed' | null;
    /** Failed attempts since the last one that was delivered, or since the secret was rotated */
    delivery_failure_count: number;
    /** RFC 3339, UTC */
    created_at: string;
    revoked_at: string | null;
  };
  meta: {
    /** Give it as `since` to `GET /evaluations` for what changed after this answer */
    watermark: string;
    /** Whether more has changed already */
    has_more?: boolean;
    next_cursor?: string | null;
  };
}

export interface FlowxtraChangeWebhookBody {
  name?: string;
  url?: string;
  events?: string[];
  status?: boolean;
}

export interface FlowxtraCreateWebhookAnswer {
  success: true;
  data: {
    id: number;
    company_id: number;
    name: string;
    url: string;
    events: string[];
    /** Whole in the answer to creation; afterwards `...` and its end */
    secret: string;
    /** Whether events are sent */
    status: boolean;
    created_at: string;
  };
}

export interface FlowxtraCreateWebhookBody {
  name: string;
  url: string;
  events: string[];
}

export interface FlowxtraDeleteWebhookAnswer {
  success: true;
  data: null;
}

export interface FlowxtraGetLogAnswer {
  success: true;
  data: {
    id: number;
    event: string;
    status_code: number | null;
    success: boolean;
    attempt: number;
    delivered_at: string | null;
    created_at: string;
    /** Its X-Flowxtra-Delivery: the same for all attempts */
    delivery: string;
    error: string | null;
    duration_ms: number | null;
    request: {
      url: string;
      headers: {
        [name: string]: string | string[];
      } | null;
      body: string | null;
    };
    response: {
      headers: {
        [name: string]: string | string[];
      };
      /** At most the first 16 KiB; base64 where it is not UTF-8 */
      body: string;
      body_encoding: 'utf-8' | 'base64';
      truncated: boolean;
    } | null;
  };
}

export interface FlowxtraGetWebhookAnswer {
  success: true;
  data: {
    id: number;
    company_id: number;
    name: string;
    url: string;
    events: string[];
    /** Whole in the answer to creation; afterwards `...` and its end */
    secret: string;
    /** Whether events are sent */
    status: boolean;
    created_at: string;
    logs: ({
      id: number;
      event: string;
      status_code: number | null;
      success: boolean;
      attempt: number;
      delivered_at: string | null;
      created_at: string;
    })[];
  };
}

export interface FlowxtraListEventsAnswer {
  success: true;
  data: {
    event: string;
    description: string;
    payload_fields: string[];
  }[];
}

export interface FlowxtraListLogsAnswer {
  success: true;
  data: {
    data: ({
      id: number;
      event: string;
      status_code: number | null;
      success: boolean;
      attempt: number;
      delivered_at: string | null;
      created_at: string;
    })[];
    current_page: number;
    per_page: number;
    last_page: number;
    total: number;
  };
}

export interface FlowxtraListWebhooksAnswer {
  success: true;
  data: {
    id: number;
    company_id: number;
    name: string;
    url: string;
    events: string[];
    /** Whole in the answer to creation; afterwards `...` and its end */
    secret: string;
    /** Whether events are sent */
    status: boolean;
    created_at: string;
  }[];
}

/** Any error */
export interface FlowxtraProblem {
  success: false;
  message: string;
  /** Field, such as `events.0` → what is wrong with it */
  errors?: {
    [name: string]: string[];
  };
}

export interface FlowxtraTestWebhookAnswer {
  success: true;
  data: {
    success: boolean;
    status_code: number | null;
    message: string;
  };
}

export interface InstallAppAnswer {
  /** Id of an installation */
  id: string;
  /** Id of an app */
  app_id: string;
  /** Semantic Versioning 2.0.0 */
  version: string;
  scopes: string[];
  webhooks: ({
    /** Id of an endpoint */
    endpoint_id: string;
    module: string;
    model: string;
    actions: ('create' | 'update' | 'delete')[];
    url: string;
    /** The signing secret of a new webhook. In this answer and in no other */
    secret?: string;
  })[];
  installed_by: string;
  /** RFC 3339, UTC */
  created_at: string;
  /** RFC 3339, UTC */
  updated_at: string;
  token: CreateInstallationTokenAnswer;
}

export interface InstallAppBody {
  /** A registered version of the app */
  version: string;
  /** An administrator's consent: `true` to everything that the version asks for, or the names of the scopes. Without it, the answer is 409 `consent_required` and lists them */
  consent?: boolean | string[];
  /** The member that the token acts for, and whose access rights bound it; if left out the member whose token is used, otherwise no member */
  member_id?: string | null;
}

export interface Installation {
  /** Id of an installation */
  id: string;
  /** Id of an app */
  app_id: string;
  /** Semantic Versioning 2.0.0 */
  version: string;
  scopes: string[];
  webhooks: ({
    /** Id of an endpoint */
    endpoint_id: string;
    module: string;
    model: string;
    actions: ('create' | 'update' | 'delete')[];
    url: string;
  })[];
  installed_by: string;
  /** RFC 3339, UTC */
  created_at: string;
  /** RFC 3339, UTC */
  updated_at: string;
}

export interface InstallationPage {
  data: Installation[];
  /** Give it as `cursor` for the next page; null on the last one */
  next_cursor: string | null;
}

export interface InstallationToken {
  /** Id of an installation token */
  id: string;
  member_id: string | null;
  last_four: string;
  created_by: string;
  /** RFC 3339, UTC */
  created_at: string;
  last_used_at: string | null;
}

export interface InstallationTokenPage {
  data: InstallationToken[];
  /** Give it as `cursor` for the next page; null on the last one */
  next_cursor: string | null;
}

export interface Key {
  /** Id of a key */
  id: string;
  name: string;
  /** The beginning of the secret */
  prefix: string;
  /** The end of the secret */
  last_four: string;
  scopes: string[];
  created_by: string;
  /** RFC 3339, UTC */
  created_at: string;
  last_used_at: string | null;
  expires_at: string | null;
  revoked_at: string | null;
}

export interface KeyPage {
  data: Key[];
  /** Give it as `cursor` for the next page; null on the last one */
  next_cursor: string | null;
}

export interface Me {
  kind: 'key' | 'member' | 'installation';
  id: string;
  name: string;
  scopes: string[];
  /** Of an installation: the record scopes in the app's manifest */
  record_scopes?: string[];
  acts_for?: string | null;
  /** Where the credential is a member’s */
  member?: {
    /** Id of a member */
    id: string;
    email: string;
    role: 'owner' | 'admin' | 'hr_admin' | 'member';
    has_password: boolean;
    session_id: string | null;
  };
  organization: {
    /** Id of an organization */
    id: string;
    name: string;
    slug: string;
    preset: string | null;
    time_zone: string;
  };
}

export interface Meeting {
  /** Id of a meeting */
  id: string;
  title: string;
  /** RFC 3339, UTC */
  starts_at: string;
  members: string[];
  created_by: string;
  /** RFC 3339, UTC */
  created_at: string;
  /** RFC 3339, UTC */
  updated_at: string;
  cancelled_at: string | null;
}

export interface MeetingPage {
  data: Meeting[];
  /** Give it as `cursor` for the next page; null on the last one */
  next_cursor: string | null;
}

export interface Member {
  /** Id of a member */
  id: string;
  email: string;
  name: string;
  role: 'owner' | 'admin' | 'hr_admin' | 'member';
  /** Module → the member’s right there */
  access: {
    [name: string]: 'none' | 'read' | 'write';
  };
  /** RFC 3339, UTC */
  created_at: string;
  /** RFC 3339, UTC */
  updated_at: string;
}

export interface MemberPage {
  data: Member[];
  /** Give it as `cursor` for the next page; null on the last one */
  next_cursor: string | null;
}

export interface MemberToken {
  /** Id of a member token */
  id: string;
  /** Id of a member */
  member_id: string;
  name: string;
  /** The end of the secret */
  last_four: string;
  /** The scopes of the role for which it was issued; fewer where the member’s role of now has fewer */
  scopes: string[];
  created_by: string;
  /** RFC 3339, UTC */
  created_at: string;
  last_used_at: string | null;
  expires_at: string | null;
  revoked_at: string | null;
}

export interface MemberTokenPage {
  data: MemberToken[];
  /** Give it as `cursor` for the next page; null on the last one */
  next_cursor: string | null;
}

export interface MyNotification {
  /** Id of an inbox entry */
  id: string;
  /** Id of a notification */
  notification_id: string;
  type: 'task_assigned' | 'task_status' | 'blocker' | 'review' | 'meeting' | 'weekly_digest' | 'team_support.approved' | 'system';
  title: string;
  body: string | null;
  url: string | null;
  read_at: string | null;
  /** RFC 3339, UTC */
  created_at: string;
  data: unknown | null;
}

export interface MyNotificationPage {
  data: MyNotification[];
  /** Give it as `cursor` for the next page; null on the last one */
  next_cursor: string | null;
}

export interface Notification {
  /** Id of a notification */
  id: string;
  type: 'task_assigned' | 'task_status' | 'blocker' | 'review' | 'meeting' | 'weekly_digest' | 'team_support.approved' | 'system';
  state: 'scheduled' | 'sent' | 'cancelled' | 'refused';
  title: string;
  body: string | null;
  url: string | null;
  to: {
    members?: string[];
    roles?: string[];
    everyone?: true;
  };
  recipients: number | null;
  deliver_at: string | null;
  sent_at: string | null;
  cancelled_at: string | null;
  refused_because: string | null;
  created_by: string;
  /** RFC 3339, UTC */
  created_at: string;
  data: unknown | null;
}

export interface NotificationSummary {
  /** Id of a notification */
  id: string;
  type: 'task_assigned' | 'task_status' | 'blocker' | 'review' | 'meeting' | 'weekly_digest' | 'team_support.approved' | 'system';
  state: 'scheduled' | 'sent' | 'cancelled' | 'refused';
  title: string;
  body: string | null;
  url: string | null;
  to: {
    members?: string[];
    roles?: string[];
    everyone?: true;
  };
  recipients: number | null;
  deliver_at: string | null;
  sent_at: string | null;
  cancelled_at: string | null;
  refused_because: string | null;
  created_by: string;
  /** RFC 3339, UTC */
  created_at: string;
}

export interface NotificationSummaryPage {
  data: NotificationSummary[];
  /** Give it as `cursor` for the next page; null on the last one */
  next_cursor: string | null;
}

export interface OpenEmbedSessionAnswer {
  /** Id of an embed token */
  id: string;
  label: string | null;
  organization: {
    name: string;
  };
  workflow: {
    /** Id of a workflow */
    id: string;
    name: string;
  } | null;
  queue: {
    /** Id of a queue */
    id: string;
    name: string;
  } | null;
  member: {
    /** Id of a member */
    id: string;
    name: string;
  } | null;
  capabilities: {
    approve: boolean;
    reject: boolean;
    edit: boolean;
  };
  allowed_origins: string[];
  /** RFC 3339, UTC */
  expires_at: string;
}

export interface Organization {
  /** Id of an organization */
  id: string;
  name: string;
  /** Subdomain name: a-z, 0-9 and -, at most 63 characters */
  slug: string;
  preset: string | null;
  /** The contract of new endpoints that name none */
  default_contract: string;
  /** IANA time zone */
  time_zone: string;
  /** RFC 3339, UTC */
  created_at: string;
  /** RFC 3339, UTC */
  updated_at: string;
}

export interface OrganizationPage {
  data: Organization[];
  /** Give it as `cursor` for the next page; null on the last one */
  next_cursor: string | null;
}

export interface Preset {
  name: string;
  title: string;
  description: string;
  /** The contract of new endpoints that name none */
  default_contract: string;
  /** The prefix of the organization’s new keys */
  key_prefix: string;
  /** The catalogue: each type with the JSON Schema of its data and a valid example */
  event_types: {
    name: string;
    description: string;
    schema: {
      [name: string]: unknown;
    };
    example: {
      [name: string]: unknown;
    };
  }[];
}

export interface PresetPage {
  data: Preset[];
  next_cursor: null;
}

export interface PreviewScheduleAnswer {
  /** Five fields: minute, hour, day of month, month, day of week */
  cron: string;
  /** IANA time zone; by default, the organization's */
  time_zone: string;
  times: string[];
}

export interface PreviewScheduleBody {
  /** Five fields: minute, hour, day of month, month, day of week */
  cron: string;
  /** IANA time zone; by default, the organization's */
  time_zone?: string;
  /** Number of times; by default 5 */
  count?: number;
}

/** RFC 9457 problem document */
export interface Problem {
  /** A URN that names the kind of problem */
  type: string;
  title: string;
  status: number;
  /** A stable name for programs */
  code: string;
  /** What is wrong with this request */
  detail: string;
  /** What the caller can do */
  remedy: string;
  request_id: string;
  /** With `review_decided`: the decision, its author and time */
  decision?: unknown;
  /** With `stale_version`: the present version */
  version?: number;
  errors?: {
    /** JSON pointer into the body; `?name` for a query parameter, `header:name` for a header */
    pointer: string;
    detail: string;
  }[];
}

export interface PublishEventAnswer {
  /** Your own id, if you gave one */
  id: string;
  type: string;
  /** Endpoints that it goes to */
  deliveries: number;
}

export interface PublishEventBody {
  /** Dot-separated words of a-z, 0-9 and _ */
  type: string;
  /** Any JSON object up to 256 KiB; delivered byte for byte */
  data: {
    [name: string]: unknown;
  };
  /** Your own id for the event. The same id again with the same content answers the first event; with another content it is a conflict */
  id?: string;
  occurred_at?: string | null;
  /** Not before this time; at most 365 days ahead */
  deliver_at?: string | null;
  audience?: {
    members?: string[];
    roles?: ('owner' | 'admin' | 'hr_admin' | 'member')[];
  } | null;
  metadata?: {
    [name: string]: string;
  } | null;
}

export interface PublishEventsAnswer {
  data: PublishEventAnswer[];
}

export interface PublishEventsBody {
  events: PublishEventBody[];
}

export interface PutEventTypeBody {
  description?: string;
  schema?: {
    [name: string]: unknown;
  } | boolean | null;
  example?: {
    [name: string]: unknown;
  } | null;
}

export interface PutRecordTypeBody {
  description?: string;
  schema?: {
    [name: string]: unknown;
  } | boolean | null;
}

export interface Queue {
  /** Id of a queue */
  id: string;
  /** Id of a workflow */
  workflow_id: string;
  name: string;
  /** RFC 3339, UTC */
  created_at: string;
}

export interface QueuePage {
  data: Queue[];
  /** Give it as `cursor` for the next page; null on the last one */
  next_cursor: string | null;
}

export interface ReadMyNotificationsAnswer {
  /** Number of entries that were unread */
  marked: number;
}

/** The fields of the record, with `id`, `created_at` and `updated_at`; an app sees the id and the fields of its scope */
export interface Record {
  /** Id of a record */
  id: string;
  /** RFC 3339, UTC */
  created_at?: string;
  /** RFC 3339, UTC */
  updated_at?: string;
  [name: string]: unknown;
}

export interface RecordPage {
  data: Record[];
  /** Give it as `cursor` for the next page; null on the last one */
  next_cursor: string | null;
}

export interface RecordType {
  module: string;
  model: string;
  description: string;
  schema: {
    [name: string]: unknown;
  } | boolean | null;
  /** RFC 3339, UTC */
  created_at: string;
  /** RFC 3339, UTC */
  updated_at: string;
}

export interface RecordTypePage {
  data: RecordType[];
  /** Give it as `cursor` for the next page; null on the last one */
  next_cursor: string | null;
}

export interface RejectReviewBody {
  reason: string;
  member_id?: string | null;
  /** The version that you have seen; refused where the task has another one */
  version?: number;
}

export interface ReplayEventAnswer {
  id: string;
  type: string;
  deliveries: number;
}

export interface ReplayEventBody {
  endpoint_id?: string | null;
}

export interface Review {
  /** Id of a review */
  id: string;
  /** Id of a workflow */
  workflow_id: string;
  queue_id: string | null;
  title: string;
  content_type: string | null;
  priority: 'low' | 'normal' | 'high' | 'urgent';
  assignee: string | null;
  /** Your own names and values */
  metadata: {
    [name: string]: string;
  };
  status: 'pending' | 'approved' | 'rejected' | 'revised' | 'expired';
  /** Grows with every change; also the `ETag` */
  version: number;
  /** So far, for the present content */
  approvals: number;
  rejections: number;
  escalated: boolean;
  expires_at: string | null;
  decision: {
    status: 'pending' | 'approved' | 'rejected' | 'revised' | 'expired';
    action: 'created' | 'approved' | 'rejected' | 'revised' | 'expired' | 'escalated';
    /** The author */
    by: {
      kind: 'key' | 'member' | 'embed_token' | 'gate' | 'system';
      id: string | null;
      name: string | null;
      member: {
        /** Id of a member */
        id: string;
        name: string | null;
      } | null;
    };
    comment: string | null;
    reason: string | null;
    version: number;
    /** RFC 3339, UTC */
    at: string;
  } | null;
  gate_id: string | null;
  event_id: string | null;
  event_type: string | null;
  created_by: string;
  /** RFC 3339, UTC */
  created_at: string;
  /** RFC 3339, UTC */
  updated_at: string;
  approvals_needed: number;
  /** Deliveries that it holds or has held */
  deliveries: string[];
  /** The content under review, byte for byte as it was received */
  content: unknown;
  /** The content as a reviewer has revised it; null without a revision */
  revision: unknown;
}

export interface ReviewGate {
  /** Id of a review gate */
  id: string;
  name: string | null;
  types: string[];
  endpoints: string[] | null;
  /** Id of a workflow */
  workflow_id: string;
  queue_id: string | null;
  condition: {
    [name: string]: unknown;
  } | boolean | null;
  created_by: string;
  /** RFC 3339, UTC */
  created_at: string;
}

export interface ReviewGatePage {
  data: ReviewGate[];
  /** Give it as `cursor` for the next page; null on the last one */
  next_cursor: string | null;
}

export interface ReviewHistoryEntry {
  /** Of the task after this change */
  version: number;
  action: 'created' | 'approved' | 'rejected' | 'revised' | 'expired' | 'escalated';
  status: 'pending' | 'approved' | 'rejected' | 'revised' | 'expired';
  /** Revisions begin a new round of approvals */
  round: number;
  /** The author */
  by: {
    kind: 'key' | 'member' | 'embed_token' | 'gate' | 'system';
    id: string | null;
    name: string | null;
    member: {
      /** Id of a member */
      id: string;
      name: string | null;
    } | null;
  };
  ip: string | null;
  comment: string | null;
  reason: string | null;
  queue_id: string | null;
  /** RFC 3339, UTC */
  at: string;
  /** Of a revision: the revised content; otherwise null */
  content: unknown;
}

export interface ReviewHistoryEntryPage {
  data: ReviewHistoryEntry[];
  /** Give it as `cursor` for the next page; null on the last one */
  next_cursor: string | null;
}

export interface ReviewSummary {
  /** Id of a review */
  id: string;
  /** Id of a workflow */
  workflow_id: string;
  queue_id: string | null;
  title: string;
  content_type: string | null;
  priority: 'low' | 'normal' | 'high' | 'urgent';
  assignee: string | null;
  /** Your own names and values */
  metadata: {
    [name: string]: string;
  };
  status: 'pending' | 'approved' | 'rejected' | 'revised' | 'expired';
  /** Grows with every change; also the `ETag` */
  version: number;
  /** So far, for the present content */
  approvals: number;
  rejections: number;
  escalated: boolean;
  expires_at: string | null;
  decision: {
    status: 'pending' | 'approved' | 'rejected' | 'revised' | 'expired';
    action: 'created' | 'approved' | 'rejected' | 'revised' | 'expired' | 'escalated';
    /** The author */
    by: {
      kind: 'key' | 'member' | 'embed_token' | 'gate' | 'system';
      id: string | null;
      name: string | null;
      member: {
        /** Id of a member */
        id: string;
        name: string | null;
      } | null;
    };
    comment: string | null;
    reason: string | null;
    version: number;
    /** RFC 3339, UTC */
    at: string;
  } | null;
  gate_id: string | null;
  event_id: string | null;
  event_type: string | null;
  created_by: string;
  /** RFC 3339, UTC */
  created_at: string;
  /** RFC 3339, UTC */
  updated_at: string;
}

export interface ReviewSummaryPage {
  data: ReviewSummary[];
  /** Give it as `cursor` for the next page; null on the last one */
  next_cursor: string | null;
}

export interface ReviseReviewBody {
  /** Any JSON up to 256 KiB; stored byte for byte */
  content: unknown;
  comment?: string | null;
  member_id?: string | null;
  /** The version that you have seen; refused where the task has another one */
  version?: number;
}

export interface RotateEndpointSecretAnswer {
  secret: string;
  overlap_seconds: number;
}

export interface RotateEndpointSecretBody {
  overlap_seconds?: number;
}

export interface Schedule {
  /** Id of a schedule */
  id: string;
  /** Five fields: minute, hour, day of month, month, day of week */
  cron: string;
  /** IANA time zone; by default, the organization's */
  time_zone: string;
  type: string;
  data: unknown;
  audience: {
    members?: string[];
    roles?: string[];
  } | null;
  /** For times that were missed while no worker ran: nothing, one event for the latest (the default), or one for each */
  catch_up: 'none' | 'latest' | 'all';
  enabled: boolean;
  /** null while it is stopped */
  next_at: string | null;
  last_at: string | null;
  /** The next five times; none while it is stopped */
  upcoming: string[];
  /** RFC 3339, UTC */
  created_at: string;
  /** RFC 3339, UTC */
  updated_at: string;
}

export interface ScheduleRun {
  /** The due time */
  at: string;
  /** The published event; null: it was refused */
  event_id: string | null;
  refusal: string | null;
  /** RFC 3339, UTC */
  created_at: string;
}

export interface ScheduleRunPage {
  data: ScheduleRun[];
  /** Give it as `cursor` for the next page; null on the last one */
  next_cursor: string | null;
}

export interface ScheduleSummary {
  /** Id of a schedule */
  id: string;
  /** Five fields: minute, hour, day of month, month, day of week */
  cron: string;
  /** IANA time zone; by default, the organization's */
  time_zone: string;
  type: string;
  audience: {
    members?: string[];
    roles?: string[];
  } | null;
  /** For times that were missed while no worker ran: nothing, one event for the latest (the default), or one for each */
  catch_up: 'none' | 'latest' | 'all';
  enabled: boolean;
  /** null while it is stopped */
  next_at: string | null;
  last_at: string | null;
  /** RFC 3339, UTC */
  created_at: string;
  /** RFC 3339, UTC */
  updated_at: string;
}

export interface ScheduleSummaryPage {
  data: ScheduleSummary[];
  /** Give it as `cursor` for the next page; null on the last one */
  next_cursor: string | null;
}

export interface SendNotificationAnswer {
  /** Id of a notification */
  id: string;
  type: 'task_assigned' | 'task_status' | 'blocker' | 'review' | 'meeting' | 'weekly_digest' | 'team_support.approved' | 'system';
  state: 'scheduled' | 'sent' | 'cancelled' | 'refused';
  /** Number of members who got it or, if it is scheduled, would get it now */
  recipients: number;
}

export interface SendNotificationBody {
  /** Members by id or by role, or everyone */
  to: {
    members?: string[];
    roles?: ('owner' | 'admin' | 'hr_admin' | 'member')[];
    everyone?: true;
  };
  type: 'task_assigned' | 'task_status' | 'blocker' | 'review' | 'meeting' | 'weekly_digest' | 'team_support.approved' | 'system';
  title: string;
  body?: string | null;
  url?: string | null;
  data?: {
    [name: string]: unknown;
  } | null;
  deliver_at?: string | null;
}

export interface Session {
  /** Id of a session */
  id: string;
  /** Id of a member */
  member_id: string;
  /** Whether it is the session of this request */
  current: boolean;
  signed_in_by: 'link' | 'password';
  ip: string | null;
  user_agent: string | null;
  /** RFC 3339, UTC */
  created_at: string;
  /** RFC 3339, UTC */
  last_used_at: string;
  /** RFC 3339, UTC */
  ends_at: string;
}

export interface SessionPage {
  data: Session[];
  /** Give it as `cursor` for the next page; null on the last one */
  next_cursor: string | null;
}

export interface SetPasswordBody {
  password: string;
  /** Required where the member has a password */
  current_password?: string;
}

export interface UpgradeInstallationAnswer {
  /** Id of an installation */
  id: string;
  /** Id of an app */
  app_id: string;
  /** Semantic Versioning 2.0.0 */
  version: string;
  scopes: string[];
  webhooks: ({
    /** Id of an endpoint */
    endpoint_id: string;
    module: string;
    model: string;
    actions: ('create' | 'update' | 'delete')[];
    url: string;
    /** The signing secret of a new webhook. In this answer and in no other */
    secret?: string;
  })[];
  installed_by: string;
  /** RFC 3339, UTC */
  created_at: string;
  /** RFC 3339, UTC */
  updated_at: string;
}

export interface UpgradeInstallationBody {
  /** A registered version of the app */
  version: string;
  /** An administrator's consent: `true` to everything that the version asks for, or the names of the scopes. Without it, the answer is 409 `consent_required` and lists them */
  consent?: boolean | string[];
}

export interface Workflow {
  /** Id of a workflow */
  id: string;
  name: string;
  description: string | null;
  /** Number of approvals that approve a task */
  approvals: number;
  reviewers: {
    members: string[];
  } | {
    role: 'owner' | 'admin' | 'hr_admin' | 'member';
  } | null;
  /** Whether one rejection rejects a task */
  rejection_ends: boolean;
  /** What happens to tasks that expire; `after_seconds` is for tasks without a time of their own */
  expiry: {
    after_seconds: number | null;
    action: 'expire' | 'approve' | 'reject' | 'escalate';
    escalation?: {
      /** Id of a queue */
      queue_id: string;
      after_seconds: number;
      action: 'expire' | 'approve' | 'reject';
    } | null;
  };
  created_by: string;
  /** RFC 3339, UTC */
  created_at: string;
  /** RFC 3339, UTC */
  updated_at: string;
}

export interface WorkflowPage {
  data: Workflow[];
  /** Give it as `cursor` for the next page; null on the last one */
  next_cursor: string | null;
}

export interface PageQuery {
  /** Entries at most */
  limit?: number;
  /** `next_cursor` of the page before */
  cursor?: string;
}

export interface ListAuditLogQuery {
  /** Entries at most */
  limit?: number;
  /** `next_cursor` of the page before */
  cursor?: string;
  action?: string;
  actor?: string;
  target?: string;
}

export interface ListMembersQuery {
  /** Entries at most */
  limit?: number;
  /** `next_cursor` of the page before */
  cursor?: string;
  /** Words that are all in the name or the e-mail address, in upper or lower case */
  search?: string;
  role?: 'owner' | 'admin' | 'hr_admin' | 'member';
}

export interface ListEventsQuery {
  /** Entries at most */
  limit?: number;
  /** `next_cursor` of the page before */
  cursor?: string;
  type?: string;
  /** RFC 3339, UTC */
  since?: string;
  /** RFC 3339, UTC */
  until?: string;
  /** true: only events whose `deliver_at` is still to come; false: only the others */
  scheduled?: boolean;
}

export interface ListEndpointsQuery {
  /** Entries at most */
  limit?: number;
  /** `next_cursor` of the page before */
  cursor?: string;
  /** Only the webhooks of this installed app */
  installation_id?: string;
}

export interface GetEndpointStatsQuery {
  /** Deliveries made since then; a day ago if left out */
  since?: string;
}

export interface ListDeliveriesQuery {
  /** Entries at most */
  limit?: number;
  /** `next_cursor` of the page before */
  cursor?: string;
  state?: 'pending' | 'sending' | 'delivered' | 'failed' | 'cancelled' | 'held';
  /** Id of an endpoint */
  endpoint_id?: string;
  /** To webhooks of this app, deleted webhooks included */
  installation_id?: string;
  event_id?: string;
  type?: string;
  /** RFC 3339, UTC */
  since?: string;
  /** RFC 3339, UTC */
  until?: string;
}

export interface ListReviewsQuery {
  /** Entries at most */
  limit?: number;
  /** `next_cursor` of the page before */
  cursor?: string;
  /** Id of a workflow */
  workflow_id?: string;
  /** Id of a queue */
  queue_id?: string;
  status?: 'pending' | 'approved' | 'rejected' | 'revised' | 'expired';
  /** Id of a member */
  assignee?: string;
  order?: 'newest' | 'urgency';
}

export interface ListRecordsQuery {
  /** Entries at most */
  limit?: number;
  /** `next_cursor` of the page before */
  cursor?: string;
  /** By the time of creation; `updated`: by the time of the last change, oldest first */
  order?: 'newest' | 'oldest' | 'updated';
  /** Only records whose last change was then or later */
  updated_since?: string;
}

export interface GetAppVersionQuery {
  /** The version to compare with; if left out the installed one, otherwise the one before */
  from?: string;
}

export interface ListInstallationsQuery {
  /** Entries at most */
  limit?: number;
  /** `next_cursor` of the page before */
  cursor?: string;
  /** Id of an app */
  app_id?: string;
}

export interface ListNotificationsQuery {
  /** Entries at most */
  limit?: number;
  /** `next_cursor` of the page before */
  cursor?: string;
  type?: 'task_assigned' | 'task_status' | 'blocker' | 'review' | 'meeting' | 'weekly_digest' | 'team_support.approved' | 'system';
  state?: 'scheduled' | 'sent' | 'cancelled' | 'refused';
}

export interface ListMeetingsQuery {
  /** Entries at most */
  limit?: number;
  /** `next_cursor` of the page before */
  cursor?: string;
  /** By the time of creation; `soonest`: by the start */
  order?: 'newest' | 'soonest';
  /** Only meetings that begin then or later */
  from?: string;
  /** Only meetings that begin before */
  until?: string;
}

export interface GetIntegrationStatsQuery {
  /** Deliveries made since then; a day ago if left out */
  since?: string;
}

export interface ListIntegrationDeliveriesQuery {
  /** Entries at most */
  limit?: number;
  /** `next_cursor` of the page before */
  cursor?: string;
  state?: 'pending' | 'sending' | 'delivered' | 'failed' | 'cancelled' | 'held';
}

export interface ListMyNotificationsQuery {
  /** Entries at most */
  limit?: number;
  /** `next_cursor` of the page before */
  cursor?: string;
  /** true: only unread entries */
  unread?: boolean;
}

export interface ListMyMeetingsQuery {
  /** Entries at most */
  limit?: number;
  /** `next_cursor` of the page before */
  cursor?: string;
  /** By the time of creation; `soonest`: by the start */
  order?: 'newest' | 'soonest';
  /** Only meetings that begin then or later */
  from?: string;
  /** Only meetings that begin before */
  until?: string;
}

export interface GetMyWebhookStatsQuery {
  /** Deliveries made since then; a day ago if left out */
  since?: string;
}

export interface ListMyWebhookDeliveriesQuery {
  /** Entries at most */
  limit?: number;
  /** `next_cursor` of the page before */
  cursor?: string;
  state?: 'pending' | 'sending' | 'delivered' | 'failed' | 'cancelled' | 'held';
}

export interface FlowbeaconListEvaluationsQuery {
  /** `meta.watermark` of an earlier answer; left out: from the beginning */
  since?: string;
  limit?: number;
}

export interface FlowxtraListEventsQuery {
  /** Slug of the key's organization */
  subdomain: string;
}

export interface FlowxtraListWebhooksQuery {
  /** Slug of the key's organization */
  subdomain: string;
}

export interface FlowxtraCreateWebhookQuery {
  /** Slug of the key's organization */
  subdomain: string;
}

export interface FlowxtraGetWebhookQuery {
  /** Slug of the key's organization */
  subdomain: string;
}

export interface FlowxtraChangeWebhookQuery {
  /** Slug of the key's organization */
  subdomain: string;
}

export interface FlowxtraDeleteWebhookQuery {
  /** Slug of the key's organization */
  subdomain: string;
}

export interface FlowxtraTestWebhookQuery {
  /** Slug of the key's organization */
  subdomain: string;
}

export interface FlowxtraListLogsQuery {
  /** Slug of the key's organization */
  subdomain: string;
  page?: number;
  per_page?: number;
  /** Only those of this event */
  event?: string;
  /** Only those that went well, or only the others */
  success?: boolean;
}

export interface FlowxtraGetLogQuery {
  /** Slug of the key's organization */
  subdomain: string;
}

/** Every operation of the API. */
export function operations(call: Call, list: List) {
  return {
    /** Create an organization */
    createOrganization: (body: CreateOrganizationBody, options?: CallOptions): Promise<Organization> =>
      call({ method: 'POST', path: '/v1/organizations', body }, options),
    /** List organizations, newest first */
    listOrganizations: (query?: PageQuery, options?: CallOptions): Listing<Organization> =>
      list({ method: 'GET', path: '/v1/organizations', query }, options),
    /** Read an organization */
    getOrganization: (id: string, options?: CallOptions): Promise<Organization> =>
      call({ method: 'GET', path: `/v1/organizations/${encodeURIComponent(id)}` }, options),
    /** Change an organization */
    changeOrganization: (id: string, body: ChangeOrganizationBody, options?: CallOptions): Promise<Organization> =>
      call({ method: 'PATCH', path: `/v1/organizations/${encodeURIComponent(id)}`, body }, options),
    /** Delete an organization */
    deleteOrganization: (id: string, options?: CallOptions): Promise<void> =>
      call({ method: 'DELETE', path: `/v1/organizations/${encodeURIComponent(id)}` }, options),
    /** Create a key for an organization, as the operator */
    createOrganizationKey: (id: string, body: CreateOrganizationKeyBody, options?: CallOptions): Promise<CreateOrganizationKeyAnswer> =>
      call({ method: 'POST', path: `/v1/organizations/${encodeURIComponent(id)}/keys`, body }, options),
    /** Make a link that signs a member of an organization in, once */
    createOrganizationSignInLink: (id: string, body?: CreateOrganizationSignInLinkBody, options?: CallOptions): Promise<CreateOrganizationSignInLinkAnswer> =>
      call({ method: 'POST', path: `/v1/organizations/${encodeURIComponent(id)}/sign-in-links`, body }, options),
    /** List keys, newest first, revoked keys included */
    listKeys: (query?: PageQuery, options?: CallOptions): Listing<Key> =>
      list({ method: 'GET', path: '/v1/keys', query }, options),
    /** Create a key */
    createKey: (body: CreateOrganizationKeyBody, options?: CallOptions): Promise<CreateOrganizationKeyAnswer> =>
      call({ method: 'POST', path: '/v1/keys', body }, options),
    /** Revoke a key at once */
    revokeKey: (id: string, options?: CallOptions): Promise<void> =>
      call({ method: 'DELETE', path: `/v1/keys/${encodeURIComponent(id)}` }, options),
    /** List the changes that were made, with author, address and time; newest first */
    listAuditLog: (query?: ListAuditLogQuery, options?: CallOptions): Listing<AuditLogEntry> =>
      list({ method: 'GET', path: '/v1/audit-log', query }, options),
    /** List members, newest first */
    listMembers: (query?: ListMembersQuery, options?: CallOptions): Listing<Member> =>
      list({ method: 'GET', path: '/v1/members', query }, options),
    /** Add a member */
    createMember: (body: CreateMemberBody, options?: CallOptions): Promise<Member> =>
      call({ method: 'POST', path: '/v1/members', body }, options),
    /** Change a member */
    changeMember: (id: string, body: ChangeMemberBody, options?: CallOptions): Promise<Member> =>
      call({ method: 'PATCH', path: `/v1/members/${encodeURIComponent(id)}`, body }, options),
    /** Remove a member */
    deleteMember: (id: string, options?: CallOptions): Promise<void> =>
      call({ method: 'DELETE', path: `/v1/members/${encodeURIComponent(id)}` }, options),
    /** List a member's personal tokens, newest first, revoked tokens included */
    listMemberTokens: (id: string, query?: PageQuery, options?: CallOptions): Listing<MemberToken> =>
      list({ method: 'GET', path: `/v1/members/${encodeURIComponent(id)}/tokens`, query }, options),
    /** Issue a personal token for a member */
    createMemberToken: (id: string, body: CreateMemberTokenBody, options?: CallOptions): Promise<CreateMemberTokenAnswer> =>
      call({ method: 'POST', path: `/v1/members/${encodeURIComponent(id)}/tokens`, body }, options),
    /** Revoke a personal token at once */
    revokeMemberToken: (id: string, token_id: string, options?: CallOptions): Promise<void> =>
      call({ method: 'DELETE', path: `/v1/members/${encodeURIComponent(id)}/tokens/${encodeURIComponent(token_id)}` }, options),
    /** Make a link that signs a member in, once */
    createSignInLink: (id: string, body?: CreateSignInLinkBody, options?: CallOptions): Promise<CreateOrganizationSignInLinkAnswer> =>
      call({ method: 'POST', path: `/v1/members/${encodeURIComponent(id)}/sign-in-links`, body }, options),
    /** Sign a member out everywhere, at once */
    endSessionsOfMember: (id: string, options?: CallOptions): Promise<void> =>
      call({ method: 'DELETE', path: `/v1/members/${encodeURIComponent(id)}/sessions` }, options),
    /** Remove a forgotten password of a member, and sign the member out everywhere */
    removePassword: (id: string, options?: CallOptions): Promise<void> =>
      call({ method: 'DELETE', path: `/v1/members/${encodeURIComponent(id)}/password` }, options),
    /** Sign in, by a one-time link or by a password */
    createSession: (body: {
      /** The part of a sign-in link after the `#` */
      link: string;
    } | {
      /** Its slug */
      organization: string;
      email: string;
      password: string;
    }, options?: CallOptions): Promise<Session> =>
      call({ method: 'POST', path: '/v1/sessions', body }, options),
    /** Read your credential and its rights */
    getMe: (options?: CallOptions): Promise<Me> =>
      call({ method: 'GET', path: '/v1/me' }, options),
    /** Set the password of the signed-in member */
    setPassword: (body: SetPasswordBody, options?: CallOptions): Promise<void> =>
      call({ method: 'PUT', path: '/v1/me/password', body }, options),
    /** List the sessions of the signed-in member, newest first */
    listSessions: (query?: PageQuery, options?: CallOptions): Listing<Session> =>
      list({ method: 'GET', path: '/v1/me/sessions', query }, options),
    /** End a session of the signed-in member at once */
    endSession: (id: string, options?: CallOptions): Promise<void> =>
      call({ method: 'DELETE', path: `/v1/me/sessions/${encodeURIComponent(id)}` }, options),
    /** Sign out */
    signOut: (options?: CallOptions): Promise<void> =>
      call({ method: 'DELETE', path: '/v1/me/session' }, options),
    /** List event types by name */
    listEventTypes: (query?: PageQuery, options?: CallOptions): Listing<EventType> =>
      list({ method: 'GET', path: '/v1/event-types', query }, options),
    /** Read an event type */
    getEventType: (name: string, options?: CallOptions): Promise<EventType> =>
      call({ method: 'GET', path: `/v1/event-types/${encodeURIComponent(name)}` }, options),
    /** Create or replace an event type */
    putEventType: (name: string, body: PutEventTypeBody, options?: CallOptions): Promise<EventType> =>
      call({ method: 'PUT', path: `/v1/event-types/${encodeURIComponent(name)}`, body }, options),
    /** Delete an event type */
    deleteEventType: (name: string, options?: CallOptions): Promise<void> =>
      call({ method: 'DELETE', path: `/v1/event-types/${encodeURIComponent(name)}` }, options),
    /** Publish an event */
    publishEvent: (body: PublishEventBody, options?: CallOptions): Promise<PublishEventAnswer> =>
      call({ method: 'POST', path: '/v1/events', body }, options),
    /** List events, newest first */
    listEvents: (query?: ListEventsQuery, options?: CallOptions): Listing<EventSummary> =>
      list({ method: 'GET', path: '/v1/events', query }, options),
    /** Publish up to 500 events, all or none */
    publishEvents: (body: PublishEventsBody, options?: CallOptions): Promise<PublishEventsAnswer> =>
      call({ method: 'POST', path: '/v1/events/batch', body }, options),
    /** Read an event with its data and its trace */
    getEvent: (id: string, options?: CallOptions): Promise<Event> =>
      call({ method: 'GET', path: `/v1/events/${encodeURIComponent(id)}` }, options),
    /** Cancel the unfinished deliveries of an event */
    cancelEvent: (id: string, options?: CallOptions): Promise<CancelEventAnswer> =>
      call({ method: 'POST', path: `/v1/events/${encodeURIComponent(id)}/cancel` }, options),
    /** Deliver an event again */
    replayEvent: (id: string, body?: ReplayEventBody, options?: CallOptions): Promise<ReplayEventAnswer> =>
      call({ method: 'POST', path: `/v1/events/${encodeURIComponent(id)}/replay`, body }, options),
    /** List the wire contracts that endpoints can have */
    listContracts: (options?: CallOptions): Promise<ContractPage> =>
      call({ method: 'GET', path: '/v1/contracts' }, options),
    /** Read a contract with the times of its attempts */
    getContract: (name: string, options?: CallOptions): Promise<Contract> =>
      call({ method: 'GET', path: `/v1/contracts/${encodeURIComponent(name)}` }, options),
    /** List endpoints, newest first */
    listEndpoints: (query?: ListEndpointsQuery, options?: CallOptions): Listing<Endpoint> =>
      list({ method: 'GET', path: '/v1/endpoints', query }, options),
    /** Create an endpoint */
    createEndpoint: (body: CreateEndpointBody, options?: CallOptions): Promise<CreateEndpointAnswer> =>
      call({ method: 'POST', path: '/v1/endpoints', body }, options),
    /** Read an endpoint */
    getEndpoint: (id: string, options?: CallOptions): Promise<Endpoint> =>
      call({ method: 'GET', path: `/v1/endpoints/${encodeURIComponent(id)}` }, options),
    /** Change an endpoint */
    changeEndpoint: (id: string, body: ChangeEndpointBody, options?: CallOptions): Promise<Endpoint> =>
      call({ method: 'PATCH', path: `/v1/endpoints/${encodeURIComponent(id)}`, body }, options),
    /** Delete an endpoint */
    deleteEndpoint: (id: string, options?: CallOptions): Promise<void> =>
      call({ method: 'DELETE', path: `/v1/endpoints/${encodeURIComponent(id)}` }, options),
    /** Rotate the signing secret of an endpoint */
    rotateEndpointSecret: (id: string, body?: RotateEndpointSecretBody, options?: CallOptions): Promise<RotateEndpointSecretAnswer> =>
      call({ method: 'POST', path: `/v1/endpoints/${encodeURIComponent(id)}/rotate-secret`, body }, options),
    /** Send a test event now */
    testEndpoint: (id: string, options?: CallOptions): Promise<Attempt> =>
      call({ method: 'POST', path: `/v1/endpoints/${encodeURIComponent(id)}/test` }, options),
    /** Diagnose the receiver behind an endpoint */
    diagnoseEndpoint: (id: string, options?: CallOptions): Promise<DiagnoseEndpointAnswer> =>
      call({ method: 'POST', path: `/v1/endpoints/${encodeURIComponent(id)}/diagnose` }, options),
    /** Enable an endpoint */
    enableEndpoint: (id: string, options?: CallOptions): Promise<Endpoint> =>
      call({ method: 'POST', path: `/v1/endpoints/${encodeURIComponent(id)}/enable` }, options),
    /** Disable an endpoint */
    disableEndpoint: (id: string, options?: CallOptions): Promise<Endpoint> =>
      call({ method: 'POST', path: `/v1/endpoints/${encodeURIComponent(id)}/disable` }, options),
    /** How an endpoint does */
    getEndpointStats: (id: string, query?: GetEndpointStatsQuery, options?: CallOptions): Promise<EndpointStats> =>
      call({ method: 'GET', path: `/v1/endpoints/${encodeURIComponent(id)}/stats`, query }, options),
    /** List deliveries, newest first */
    listDeliveries: (query?: ListDeliveriesQuery, options?: CallOptions): Listing<DeliverySummary> =>
      list({ method: 'GET', path: '/v1/deliveries', query }, options),
    /** Read a delivery, with the review task that held it */
    getDelivery: (id: string, options?: CallOptions): Promise<Delivery> =>
      call({ method: 'GET', path: `/v1/deliveries/${encodeURIComponent(id)}` }, options),
    /** List the attempts of a delivery, oldest first */
    listAttempts: (id: string, query?: PageQuery, options?: CallOptions): Listing<Attempt> =>
      list({ method: 'GET', path: `/v1/deliveries/${encodeURIComponent(id)}/attempts`, query }, options),
    /** Attempt a delivery now */
    retryDelivery: (id: string, options?: CallOptions): Promise<DeliverySummary> =>
      call({ method: 'POST', path: `/v1/deliveries/${encodeURIComponent(id)}/retry` }, options),
    /** Cancel a delivery */
    cancelDelivery: (id: string, options?: CallOptions): Promise<DeliverySummary> =>
      call({ method: 'POST', path: `/v1/deliveries/${encodeURIComponent(id)}/cancel` }, options),
    /** List schedules, newest first, without their data and next times */
    listSchedules: (query?: PageQuery, options?: CallOptions): Listing<ScheduleSummary> =>
      list({ method: 'GET', path: '/v1/schedules', query }, options),
    /** Create a schedule */
    createSchedule: (body: CreateScheduleBody, options?: CallOptions): Promise<Schedule> =>
      call({ method: 'POST', path: '/v1/schedules', body }, options),
    /** Preview the next times of a cron expression */
    previewSchedule: (body: PreviewScheduleBody, options?: CallOptions): Promise<PreviewScheduleAnswer> =>
      call({ method: 'POST', path: '/v1/schedules/preview', body }, options),
    /** Read a schedule */
    getSchedule: (id: string, options?: CallOptions): Promise<Schedule> =>
      call({ method: 'GET', path: `/v1/schedules/${encodeURIComponent(id)}` }, options),
    /** Change, stop or resume a schedule */
    changeSchedule: (id: string, body: ChangeScheduleBody, options?: CallOptions): Promise<Schedule> =>
      call({ method: 'PATCH', path: `/v1/schedules/${encodeURIComponent(id)}`, body }, options),
    /** Delete a schedule */
    deleteSchedule: (id: string, options?: CallOptions): Promise<void> =>
      call({ method: 'DELETE', path: `/v1/schedules/${encodeURIComponent(id)}` }, options),
    /** List the runs of a schedule, newest first */
    listScheduleRuns: (id: string, query?: PageQuery, options?: CallOptions): Listing<ScheduleRun> =>
      list({ method: 'GET', path: `/v1/schedules/${encodeURIComponent(id)}/runs`, query }, options),
    /** List workflows, newest first */
    listWorkflows: (query?: PageQuery, options?: CallOptions): Listing<Workflow> =>
      list({ method: 'GET', path: '/v1/workflows', query }, options),
    /** Create a workflow */
    createWorkflow: (body: CreateWorkflowBody, options?: CallOptions): Promise<Workflow> =>
      call({ method: 'POST', path: '/v1/workflows', body }, options),
    /** Read a workflow */
    getWorkflow: (id: string, options?: CallOptions): Promise<Workflow> =>
      call({ method: 'GET', path: `/v1/workflows/${encodeURIComponent(id)}` }, options),
    /** Change a workflow */
    changeWorkflow: (id: string, body: ChangeWorkflowBody, options?: CallOptions): Promise<Workflow> =>
      call({ method: 'PATCH', path: `/v1/workflows/${encodeURIComponent(id)}`, body }, options),
    /** Delete a workflow */
    deleteWorkflow: (id: string, options?: CallOptions): Promise<void> =>
      call({ method: 'DELETE', path: `/v1/workflows/${encodeURIComponent(id)}` }, options),
    /** List the queues of a workflow, oldest first */
    listQueues: (id: string, query?: PageQuery, options?: CallOptions): Listing<Queue> =>
      list({ method: 'GET', path: `/v1/workflows/${encodeURIComponent(id)}/queues`, query }, options),
    /** Add a queue to a workflow */
    createQueue: (id: string, body: CreateQueueBody, options?: CallOptions): Promise<Queue> =>
      call({ method: 'POST', path: `/v1/workflows/${encodeURIComponent(id)}/queues`, body }, options),
    /** List review tasks */
    listReviews: (query?: ListReviewsQuery, options?: CallOptions): Listing<ReviewSummary> =>
      list({ method: 'GET', path: '/v1/reviews', query }, options),
    /** Create a review task */
    createReview: (body: CreateReviewBody, options?: CallOptions): Promise<Review> =>
      call({ method: 'POST', path: '/v1/reviews', body }, options),
    /** Read a review task with its content */
    getReview: (id: string, options?: CallOptions): Promise<Review> =>
      call({ method: 'GET', path: `/v1/reviews/${encodeURIComponent(id)}` }, options),
    /** List the history of a review task, oldest first */
    listReviewHistory: (id: string, query?: PageQuery, options?: CallOptions): Listing<ReviewHistoryEntry> =>
      list({ method: 'GET', path: `/v1/reviews/${encodeURIComponent(id)}/history`, query }, options),
    /** Approve a review task */
    approveReview: (id: string, body?: ApproveReviewBody, options?: CallOptions): Promise<Review> =>
      call({ method: 'POST', path: `/v1/reviews/${encodeURIComponent(id)}/approve`, body }, options),
    /** Reject a review task */
    rejectReview: (id: string, body: RejectReviewBody, options?: CallOptions): Promise<Review> =>
      call({ method: 'POST', path: `/v1/reviews/${encodeURIComponent(id)}/reject`, body }, options),
    /** Revise the content of a review task, and approve it */
    reviseReview: (id: string, body: ReviseReviewBody, options?: CallOptions): Promise<Review> =>
      call({ method: 'POST', path: `/v1/reviews/${encodeURIComponent(id)}/revise`, body }, options),
    /** List review gates, newest first */
    listReviewGates: (query?: PageQuery, options?: CallOptions): Listing<ReviewGate> =>
      list({ method: 'GET', path: '/v1/review-gates', query }, options),
    /** Hold deliveries for review */
    createReviewGate: (body: CreateReviewGateBody, options?: CallOptions): Promise<ReviewGate> =>
      call({ method: 'POST', path: '/v1/review-gates', body }, options),
    /** Read a review gate */
    getReviewGate: (id: string, options?: CallOptions): Promise<ReviewGate> =>
      call({ method: 'GET', path: `/v1/review-gates/${encodeURIComponent(id)}` }, options),
    /** Delete a review gate */
    deleteReviewGate: (id: string, options?: CallOptions): Promise<void> =>
      call({ method: 'DELETE', path: `/v1/review-gates/${encodeURIComponent(id)}` }, options),
    /** List embed tokens, newest first, revoked tokens included */
    listEmbedTokens: (query?: PageQuery, options?: CallOptions): Listing<EmbedToken> =>
      list({ method: 'GET', path: '/v1/embed-tokens', query }, options),
    /** Create an embed token */
    createEmbedToken: (body: CreateEmbedTokenBody, options?: CallOptions): Promise<CreateEmbedTokenAnswer> =>
      call({ method: 'POST', path: '/v1/embed-tokens', body }, options),
    /** Revoke an embed token at once */
    revokeEmbedToken: (id: string, options?: CallOptions): Promise<void> =>
      call({ method: 'DELETE', path: `/v1/embed-tokens/${encodeURIComponent(id)}` }, options),
    /** Read what an embed token can see and do */
    openEmbedSession: (options?: CallOptions): Promise<OpenEmbedSessionAnswer> =>
      call({ method: 'GET', path: '/v1/embed/session' }, options),
    /** List record types by module and model */
    listRecordTypes: (query?: PageQuery, options?: CallOptions): Listing<RecordType> =>
      list({ method: 'GET', path: '/v1/record-types', query }, options),
    /** Read a record type */
    getRecordType: (module: string, model: string, options?: CallOptions): Promise<RecordType> =>
      call({ method: 'GET', path: `/v1/record-types/${encodeURIComponent(module)}/${encodeURIComponent(model)}` }, options),
    /** Create or replace a record type */
    putRecordType: (module: string, model: string, body: PutRecordTypeBody, options?: CallOptions): Promise<RecordType> =>
      call({ method: 'PUT', path: `/v1/record-types/${encodeURIComponent(module)}/${encodeURIComponent(model)}`, body }, options),
    /** Delete a record type without records, on which no installed app declares a scope */
    deleteRecordType: (module: string, model: string, options?: CallOptions): Promise<void> =>
      call({ method: 'DELETE', path: `/v1/record-types/${encodeURIComponent(module)}/${encodeURIComponent(model)}` }, options),
    /** List records */
    listRecords: (module: string, model: string, query?: ListRecordsQuery, options?: CallOptions): Listing<Record> =>
      list({ method: 'GET', path: `/v1/records/${encodeURIComponent(module)}/${encodeURIComponent(model)}`, query }, options),
    /** Create a record */
    createRecord: (module: string, model: string, body: {
      [name: string]: unknown;
    }, options?: CallOptions): Promise<Record> =>
      call({ method: 'POST', path: `/v1/records/${encodeURIComponent(module)}/${encodeURIComponent(model)}`, body }, options),
    /** Read a record */
    getRecord: (module: string, model: string, id: string, options?: CallOptions): Promise<Record> =>
      call({ method: 'GET', path: `/v1/records/${encodeURIComponent(module)}/${encodeURIComponent(model)}/${encodeURIComponent(id)}` }, options),
    /** Change fields of a record */
    changeRecord: (module: string, model: string, id: string, body: {
      [name: string]: unknown;
    }, options?: CallOptions): Promise<Record> =>
      call({ method: 'PATCH', path: `/v1/records/${encodeURIComponent(module)}/${encodeURIComponent(model)}/${encodeURIComponent(id)}`, body }, options),
    /** Delete a record */
    deleteRecord: (module: string, model: string, id: string, options?: CallOptions): Promise<void> =>
      call({ method: 'DELETE', path: `/v1/records/${encodeURIComponent(module)}/${encodeURIComponent(model)}/${encodeURIComponent(id)}` }, options),
    /** List custom applications, newest first */
    listApps: (query?: PageQuery, options?: CallOptions): Listing<App> =>
      list({ method: 'GET', path: '/v1/apps', query }, options),
    /** Create a custom application */
    createApp: (body: CreateAppBody, options?: CallOptions): Promise<App> =>
      call({ method: 'POST', path: '/v1/apps', body }, options),
    /** Read an app */
    getApp: (id: string, options?: CallOptions): Promise<App> =>
      call({ method: 'GET', path: `/v1/apps/${encodeURIComponent(id)}` }, options),
    /** Change the name or description of an app */
    changeApp: (id: string, body: ChangeAppBody, options?: CallOptions): Promise<App> =>
      call({ method: 'PATCH', path: `/v1/apps/${encodeURIComponent(id)}`, body }, options),
    /** Delete an app that is not installed */
    deleteApp: (id: string, options?: CallOptions): Promise<void> =>
      call({ method: 'DELETE', path: `/v1/apps/${encodeURIComponent(id)}` }, options),
    /** List the versions of an app, newest first */
    listAppVersions: (id: string, query?: PageQuery, options?: CallOptions): Listing<AppVersionSummary> =>
      list({ method: 'GET', path: `/v1/apps/${encodeURIComponent(id)}/versions`, query }, options),
    /** Register a version of an app with its manifest */
    createAppVersion: (id: string, body: CreateAppVersionBody, options?: CallOptions): Promise<AppVersion> =>
      call({ method: 'POST', path: `/v1/apps/${encodeURIComponent(id)}/versions`, body }, options),
    /** Read a version of an app, and how it differs from another one */
    getAppVersion: (id: string, version: string, query?: GetAppVersionQuery, options?: CallOptions): Promise<AppVersion> =>
      call({ method: 'GET', path: `/v1/apps/${encodeURIComponent(id)}/versions/${encodeURIComponent(version)}`, query }, options),
    /** Install a version of an app */
    installApp: (id: string, body: InstallAppBody, options?: CallOptions): Promise<InstallAppAnswer> =>
      call({ method: 'POST', path: `/v1/apps/${encodeURIComponent(id)}/installations`, body }, options),
    /** List installed apps, newest first */
    listInstallations: (query?: ListInstallationsQuery, options?: CallOptions): Listing<Installation> =>
      list({ method: 'GET', path: '/v1/installations', query }, options),
    /** Read an installation */
    getInstallation: (id: string, options?: CallOptions): Promise<Installation> =>
      call({ method: 'GET', path: `/v1/installations/${encodeURIComponent(id)}` }, options),
    /** Uninstall an app */
    uninstallApp: (id: string, options?: CallOptions): Promise<void> =>
      call({ method: 'DELETE', path: `/v1/installations/${encodeURIComponent(id)}` }, options),
    /** Put another version in the place of the installed one */
    upgradeInstallation: (id: string, body: UpgradeInstallationBody, options?: CallOptions): Promise<UpgradeInstallationAnswer> =>
      call({ method: 'POST', path: `/v1/installations/${encodeURIComponent(id)}/upgrade`, body }, options),
    /** List the tokens of an installation, newest first */
    listInstallationTokens: (id: string, query?: PageQuery, options?: CallOptions): Listing<InstallationToken> =>
      list({ method: 'GET', path: `/v1/installations/${encodeURIComponent(id)}/tokens`, query }, options),
    /** Issue a further token for an installation, mostly for another member */
    createInstallationToken: (id: string, body?: CreateInstallationTokenBody, options?: CallOptions): Promise<CreateInstallationTokenAnswer> =>
      call({ method: 'POST', path: `/v1/installations/${encodeURIComponent(id)}/tokens`, body }, options),
    /** Revoke a token of an installation at once */
    revokeInstallationToken: (id: string, token_id: string, options?: CallOptions): Promise<void> =>
      call({ method: 'DELETE', path: `/v1/installations/${encodeURIComponent(id)}/tokens/${encodeURIComponent(token_id)}` }, options),
    /** List sent and scheduled notifications, newest first, without data */
    listNotifications: (query?: ListNotificationsQuery, options?: CallOptions): Listing<NotificationSummary> =>
      list({ method: 'GET', path: '/v1/notifications', query }, options),
    /** Notify members */
    sendNotification: (body: SendNotificationBody, options?: CallOptions): Promise<SendNotificationAnswer> =>
      call({ method: 'POST', path: '/v1/notifications', body }, options),
    /** Read a notification */
    getNotification: (id: string, options?: CallOptions): Promise<Notification> =>
      call({ method: 'GET', path: `/v1/notifications/${encodeURIComponent(id)}` }, options),
    /** Cancel a scheduled notification */
    cancelNotification: (id: string, options?: CallOptions): Promise<Notification> =>
      call({ method: 'POST', path: `/v1/notifications/${encodeURIComponent(id)}/cancel` }, options),
    /** List meetings, cancelled meetings included */
    listMeetings: (query?: ListMeetingsQuery, options?: CallOptions): Listing<Meeting> =>
      list({ method: 'GET', path: '/v1/meetings', query }, options),
    /** Plan a meeting */
    createMeeting: (body: CreateMeetingBody, options?: CallOptions): Promise<Meeting> =>
      call({ method: 'POST', path: '/v1/meetings', body }, options),
    /** Read a meeting */
    getMeeting: (id: string, options?: CallOptions): Promise<Meeting> =>
      call({ method: 'GET', path: `/v1/meetings/${encodeURIComponent(id)}` }, options),
    /** Change or move a meeting */
    changeMeeting: (id: string, body: ChangeMeetingBody, options?: CallOptions): Promise<Meeting> =>
      call({ method: 'PATCH', path: `/v1/meetings/${encodeURIComponent(id)}`, body }, options),
    /** Cancel a meeting and its reminder */
    cancelMeeting: (id: string, options?: CallOptions): Promise<void> =>
      call({ method: 'DELETE', path: `/v1/meetings/${encodeURIComponent(id)}` }, options),
    /** List the organization’s webhooks for notifications, newest first */
    listIntegrations: (query?: PageQuery, options?: CallOptions): Listing<Endpoint> =>
      list({ method: 'GET', path: '/v1/integrations', query }, options),
    /** Add a webhook for the notifications of all members */
    createIntegration: (body: CreateIntegrationBody, options?: CallOptions): Promise<CreateEndpointAnswer> =>
      call({ method: 'POST', path: '/v1/integrations', body }, options),
    /** Read an integration */
    getIntegration: (id: string, options?: CallOptions): Promise<Endpoint> =>
      call({ method: 'GET', path: `/v1/integrations/${encodeURIComponent(id)}` }, options),
    /** Change an integration */
    changeIntegration: (id: string, body: ChangeIntegrationBody, options?: CallOptions): Promise<Endpoint> =>
      call({ method: 'PATCH', path: `/v1/integrations/${encodeURIComponent(id)}`, body }, options),
    /** Delete an integration */
    deleteIntegration: (id: string, options?: CallOptions): Promise<void> =>
      call({ method: 'DELETE', path: `/v1/integrations/${encodeURIComponent(id)}` }, options),
    /** Rotate the signing secret of an integration */
    rotateIntegrationSecret: (id: string, body?: RotateEndpointSecretBody, options?: CallOptions): Promise<RotateEndpointSecretAnswer> =>
      call({ method: 'POST', path: `/v1/integrations/${encodeURIComponent(id)}/rotate-secret`, body }, options),
    /** Send a test event now */
    testIntegration: (id: string, options?: CallOptions): Promise<Attempt> =>
      call({ method: 'POST', path: `/v1/integrations/${encodeURIComponent(id)}/test` }, options),
    /** Enable an integration */
    enableIntegration: (id: string, options?: CallOptions): Promise<Endpoint> =>
      call({ method: 'POST', path: `/v1/integrations/${encodeURIComponent(id)}/enable` }, options),
    /** Disable an integration */
    disableIntegration: (id: string, options?: CallOptions): Promise<Endpoint> =>
      call({ method: 'POST', path: `/v1/integrations/${encodeURIComponent(id)}/disable` }, options),
    /** How an integration does */
    getIntegrationStats: (id: string, query?: GetIntegrationStatsQuery, options?: CallOptions): Promise<EndpointStats> =>
      call({ method: 'GET', path: `/v1/integrations/${encodeURIComponent(id)}/stats`, query }, options),
    /** List the deliveries to an integration, newest first */
    listIntegrationDeliveries: (id: string, query?: ListIntegrationDeliveriesQuery, options?: CallOptions): Listing<DeliverySummary> =>
      list({ method: 'GET', path: `/v1/integrations/${encodeURIComponent(id)}/deliveries`, query }, options),
    /** List the attempts of a delivery to an integration, oldest first */
    listIntegrationAttempts: (id: string, delivery_id: string, query?: PageQuery, options?: CallOptions): Listing<Attempt> =>
      list({ method: 'GET', path: `/v1/integrations/${encodeURIComponent(id)}/deliveries/${encodeURIComponent(delivery_id)}/attempts`, query }, options),
    /** List your inbox, newest first */
    listMyNotifications: (query?: ListMyNotificationsQuery, options?: CallOptions): Listing<MyNotification> =>
      list({ method: 'GET', path: '/v1/me/notifications', query }, options),
    /** Count your unread notifications */
    countMyUnreadNotifications: (options?: CallOptions): Promise<CountMyUnreadNotificationsAnswer> =>
      call({ method: 'GET', path: '/v1/me/notifications/unread' }, options),
    /** Mark all of your notifications as read */
    readMyNotifications: (options?: CallOptions): Promise<ReadMyNotificationsAnswer> =>
      call({ method: 'POST', path: '/v1/me/notifications/read' }, options),
    /** Mark one of your notifications as read */
    readMyNotification: (id: string, options?: CallOptions): Promise<ReadMyNotificationsAnswer> =>
      call({ method: 'POST', path: `/v1/me/notifications/${encodeURIComponent(id)}/read` }, options),
    /** List the meetings that you are invited to, cancelled meetings included */
    listMyMeetings: (query?: ListMyMeetingsQuery, options?: CallOptions): Listing<Meeting> =>
      list({ method: 'GET', path: '/v1/me/meetings', query }, options),
    /** List your own webhooks, newest first */
    listMyWebhooks: (query?: PageQuery, options?: CallOptions): Listing<Endpoint> =>
      list({ method: 'GET', path: '/v1/me/webhooks', query }, options),
    /** Add a webhook of your own */
    createMyWebhook: (body: CreateMyWebhookBody, options?: CallOptions): Promise<CreateEndpointAnswer> =>
      call({ method: 'POST', path: '/v1/me/webhooks', body }, options),
    /** Read one of your webhooks */
    getMyWebhook: (id: string, options?: CallOptions): Promise<Endpoint> =>
      call({ method: 'GET', path: `/v1/me/webhooks/${encodeURIComponent(id)}` }, options),
    /** Change one of your webhooks */
    changeMyWebhook: (id: string, body: ChangeMyWebhookBody, options?: CallOptions): Promise<Endpoint> =>
      call({ method: 'PATCH', path: `/v1/me/webhooks/${encodeURIComponent(id)}`, body }, options),
    /** Delete one of your webhooks */
    deleteMyWebhook: (id: string, options?: CallOptions): Promise<void> =>
      call({ method: 'DELETE', path: `/v1/me/webhooks/${encodeURIComponent(id)}` }, options),
    /** Rotate the signing secret of one of your webhooks */
    rotateMyWebhookSecret: (id: string, body?: RotateEndpointSecretBody, options?: CallOptions): Promise<RotateEndpointSecretAnswer> =>
      call({ method: 'POST', path: `/v1/me/webhooks/${encodeURIComponent(id)}/rotate-secret`, body }, options),
    /** Send a test event now */
    testMyWebhook: (id: string, options?: CallOptions): Promise<Attempt> =>
      call({ method: 'POST', path: `/v1/me/webhooks/${encodeURIComponent(id)}/test` }, options),
    /** Enable one of your webhooks */
    enableMyWebhook: (id: string, options?: CallOptions): Promise<Endpoint> =>
      call({ method: 'POST', path: `/v1/me/webhooks/${encodeURIComponent(id)}/enable` }, options),
    /** Disable one of your webhooks */
    disableMyWebhook: (id: string, options?: CallOptions): Promise<Endpoint> =>
      call({ method: 'POST', path: `/v1/me/webhooks/${encodeURIComponent(id)}/disable` }, options),
    /** How one of your webhooks does */
    getMyWebhookStats: (id: string, query?: GetMyWebhookStatsQuery, options?: CallOptions): Promise<EndpointStats> =>
      call({ method: 'GET', path: `/v1/me/webhooks/${encodeURIComponent(id)}/stats`, query }, options),
    /** List the deliveries to one of your webhooks, newest first */
    listMyWebhookDeliveries: (id: string, query?: ListMyWebhookDeliveriesQuery, options?: CallOptions): Listing<DeliverySummary> =>
      list({ method: 'GET', path: `/v1/me/webhooks/${encodeURIComponent(id)}/deliveries`, query }, options),
    /** List the attempts of a delivery to one of your webhooks, oldest first */
    listMyWebhookAttempts: (id: string, delivery_id: string, query?: PageQuery, options?: CallOptions): Listing<Attempt> =>
      list({ method: 'GET', path: `/v1/me/webhooks/${encodeURIComponent(id)}/deliveries/${encodeURIComponent(delivery_id)}/attempts`, query }, options),
    /** List the products that an organization can adopt */
    listPresets: (options?: CallOptions): Promise<PresetPage> =>
      call({ method: 'GET', path: '/v1/presets' }, options),
    /** Read a preset with its catalogue */
    getPreset: (name: string, options?: CallOptions): Promise<Preset> =>
      call({ method: 'GET', path: `/v1/presets/${encodeURIComponent(name)}` }, options),
    /** Adopt a preset */
    adoptPreset: (name: string, options?: CallOptions): Promise<Preset> =>
      call({ method: 'PUT', path: `/v1/presets/${encodeURIComponent(name)}` }, options),
    /** Register a subscription */
    flowbeaconCreateWebhook: (body: FlowbeaconCreateWebhookBody, options?: CallOptions): Promise<FlowbeaconCreateWebhookAnswer> =>
      call({ method: 'POST', path: '/api/public/v1/webhooks', body, signed: true }, options),
    /** List every subscription, revoked ones too */
    flowbeaconListWebhooks: (options?: CallOptions): Promise<FlowbeaconListWebhooksAnswer> =>
      call({ method: 'GET', path: '/api/public/v1/webhooks', signed: true }, options),
    /** Revoke a subscription at once */
    flowbeaconRevokeWebhook: (id: string, options?: CallOptions): Promise<FlowbeaconRevokeWebhookAnswer> =>
      call({ method: 'DELETE', path: `/api/public/v1/webhooks/${encodeURIComponent(id)}`, signed: true }, options),
    /** Replace the signing secret */
    flowbeaconRotateWebhookSecret: (id: string, options?: CallOptions): Promise<FlowbeaconCreateWebhookAnswer> =>
      call({ method: 'POST', path: `/api/public/v1/webhooks/${encodeURIComponent(id)}/rotate-secret`, signed: true }, options),
    /** Create a module of rules */
    flowbeaconCreateModule: (body: FlowbeaconCreateModuleBody, options?: CallOptions): Promise<FlowbeaconCreateModuleAnswer> =>
      call({ method: 'POST', path: '/api/public/v1/modules', body, signed: true }, options),
    /** List modules, newest first */
    flowbeaconListModules: (query?: PageQuery, options?: CallOptions): Promise<FlowbeaconListModulesAnswer> =>
      call({ method: 'GET', path: '/api/public/v1/modules', query, signed: true }, options),
    /** Start an evaluation */
    flowbeaconCreateEvaluation: (body: FlowbeaconCreateEvaluationBody, options?: CallOptions): Promise<FlowbeaconCreateEvaluationAnswer> =>
      call({ method: 'POST', path: '/api/public/v1/evaluations', body, signed: true }, options),
    /** What changed since a watermark */
    flowbeaconListEvaluations: (query?: FlowbeaconListEvaluationsQuery, options?: CallOptions): Promise<FlowbeaconListEvaluationsAnswer> =>
      call({ method: 'GET', path: '/api/public/v1/evaluations', query, signed: true }, options),
    /** Read an evaluation with its progress */
    flowbeaconGetEvaluation: (id: string, options?: CallOptions): Promise<FlowbeaconCreateEvaluationAnswer> =>
      call({ method: 'GET', path: `/api/public/v1/evaluations/${encodeURIComponent(id)}`, signed: true }, options),
    /** Read what the evaluation of a scenario found */
    flowbeaconGetScenarioResults: (id: string, options?: CallOptions): Promise<FlowbeaconGetScenarioResultsAnswer> =>
      call({ method: 'GET', path: `/api/public/v1/scenarios/${encodeURIComponent(id)}/results`, signed: true }, options),
    /** Make a token that shows the results once, without a key */
    flowbeaconCreateResultToken: (id: string, body?: FlowbeaconCreateResultTokenBody, options?: CallOptions): Promise<FlowbeaconCreateResultTokenAnswer> =>
      call({ method: 'POST', path: `/api/public/v1/evaluations/${encodeURIComponent(id)}/result-token`, body, signed: true }, options),
    /** Fetch results by a token, once */
    flowbeaconGetResults: (token: string, options?: CallOptions): Promise<FlowbeaconGetResultsAnswer> =>
      call({ method: 'GET', path: `/api/public/v1/results/${encodeURIComponent(token)}` }, options),
    /** List events with their payload fields */
    flowxtraListEvents: (query: FlowxtraListEventsQuery, options?: CallOptions): Promise<FlowxtraListEventsAnswer> =>
      call({ method: 'GET', path: '/api/plugins/webhooks/events', query }, options),
    /** List webhooks */
    flowxtraListWebhooks: (query: FlowxtraListWebhooksQuery, options?: CallOptions): Promise<FlowxtraListWebhooksAnswer> =>
      call({ method: 'GET', path: '/api/plugins/webhooks', query }, options),
    /** Create a webhook */
    flowxtraCreateWebhook: (body: FlowxtraCreateWebhookBody, query: FlowxtraCreateWebhookQuery, options?: CallOptions): Promise<FlowxtraCreateWebhookAnswer> =>
      call({ method: 'POST', path: '/api/plugins/webhooks', body, query }, options),
    /** Read a webhook with its recent logs */
    flowxtraGetWebhook: (id: string, query: FlowxtraGetWebhookQuery, options?: CallOptions): Promise<FlowxtraGetWebhookAnswer> =>
      call({ method: 'GET', path: `/api/plugins/webhooks/${encodeURIComponent(id)}`, query }, options),
    /** Change a webhook */
    flowxtraChangeWebhook: (id: string, body: FlowxtraChangeWebhookBody, query: FlowxtraChangeWebhookQuery, options?: CallOptions): Promise<FlowxtraCreateWebhookAnswer> =>
      call({ method: 'PUT', path: `/api/plugins/webhooks/${encodeURIComponent(id)}`, body, query }, options),
    /** Delete a webhook and its logs */
    flowxtraDeleteWebhook: (id: string, query: FlowxtraDeleteWebhookQuery, options?: CallOptions): Promise<FlowxtraDeleteWebhookAnswer> =>
      call({ method: 'DELETE', path: `/api/plugins/webhooks/${encodeURIComponent(id)}`, query }, options),
    /** Send a test payload now */
    flowxtraTestWebhook: (id: string, query: FlowxtraTestWebhookQuery, options?: CallOptions): Promise<FlowxtraTestWebhookAnswer> =>
      call({ method: 'POST', path: `/api/plugins/webhooks/${encodeURIComponent(id)}/test`, query }, options),
    /** Read delivery logs, newest first */
    flowxtraListLogs: (id: string, query: FlowxtraListLogsQuery, options?: CallOptions): Promise<FlowxtraListLogsAnswer> =>
      call({ method: 'GET', path: `/api/plugins/webhooks/${encodeURIComponent(id)}/logs`, query }, options),
    /** See what was sent and answered */
    flowxtraGetLog: (id: string, log: string, query: FlowxtraGetLogQuery, options?: CallOptions): Promise<FlowxtraGetLogAnswer> =>
      call({ method: 'GET', path: `/api/plugins/webhooks/${encodeURIComponent(id)}/logs/${encodeURIComponent(log)}`, query }, options),
  };
}
