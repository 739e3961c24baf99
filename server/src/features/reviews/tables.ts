import type { OptionalTime, Time, VersionsTable } from '../../db/column-types.ts';
import type { Tables } from '../../db/tables.ts';

/** All tables. Modules that use the tables of reviews import it from here, so that these are declared. */
export type { Tables };

declare module '../../db/tables.ts' {
  interface Tables {
    workflows: WorkflowsTable;
    queues: QueuesTable;
    review_tasks: ReviewTasksTable;
    review_history: ReviewHistoryTable;
    review_holds: ReviewHoldsTable;
    review_gates: ReviewGatesTable;
    review_gate_versions: VersionsTable;
    embed_tokens: EmbedTokensTable;
  }
}

interface WorkflowsTable {
  org_id: string;
  id: string;
  name: string;
  description: string | null;
  approvals: number;
  reviewer_ids: string[] | null;
  reviewer_role: string | null;
  rejection_ends: boolean;
  expiry_seconds: number | null;
  expiry_action: 'expire' | 'approve' | 'reject' | 'escalate';
  escalation_queue_id: string | null;
  escalation_seconds: number | null;
  escalation_action: 'expire' | 'approve' | 'reject' | null;
  created_by: string;
  created_at: Time;
  updated_at: Time;
  deleted_at: OptionalTime;
}

interface QueuesTable {
  org_id: string;
  id: string;
  workflow_id: string;
  name: string;
  created_at: Time;
}

type ReviewStatus = 'pending' | 'approved' | 'rejected' | 'revised' | 'expired';

interface ReviewTasksTable {
  org_id: string;
  id: string;
  workflow_id: string;
  queue_id: string | null;
  title: string;
  content: string;
  revision: string | null;
  content_type: string | null;
  priority: number;
  assignee_id: string | null;
  metadata: string;
  status: ReviewStatus;
  version: number;
  round: number;
  approvals: number;
  rejections: number;
  escalated: boolean;
  expires_at: OptionalTime;
  gate_id: string | null;
  event_id: string | null;
  event_type: string | null;
  created_by: string;
  created_at: Time;
  updated_at: Time;
}

interface ReviewHistoryTable {
  org_id: string;
  task_id: string;
  version: number;
  action: 'created' | 'approved' | 'rejected' | 'revised' | 'expired' | 'escalated';
  status: ReviewStatus;
  round: number;
  voter: string | null;
  actor: string;
  actor_name: string | null;
  member_id: string | null;
  member_name: string | null;
  ip: string | null;
  comment: string | null;
  reason: string | null;
  content: string | null;
  queue_id: string | null;
  at: Time;
}

interface ReviewHoldsTable {
  org_id: string;
  delivery_id: string;
  task_id: string;
}

interface ReviewGatesTable {
  org_id: string;
  id: string;
  name: string | null;
  types: string[];
  endpoint_ids: string[] | null;
  workflow_id: string;
  queue_id: string | null;
  condition: string | null;
  created_by: string;
  created_at: Time;
}

interface EmbedTokensTable {
  org_id: string;
  id: string;
  label: string | null;
  hash: Uint8Array;
  last_four: string;
  workflow_id: string | null;
  queue_id: string | null;
  member_id: string | null;
  can_approve: boolean;
  can_reject: boolean;
  can_edit: boolean;
  allowed_origins: string[];
  created_by: string;
  created_at: Time;
  last_used_at: OptionalTime;
  expires_at: Time;
  revoked_at: OptionalTime;
}
