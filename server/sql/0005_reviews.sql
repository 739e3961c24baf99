-- People decide: workflows, their queues, tasks, what was done to them, and who may see them from other sites.

create table workflows (
  org_id uuid not null references organizations on delete cascade,
  id uuid not null,
  name text not null,
  description text,
  -- approvals that end a task well
  approvals integer not null check (approvals >= 1),
  -- who may act: these members, members with this role, or (both null) anybody with the right
  reviewer_ids uuid[],
  reviewer_role text,
  rejection_ends boolean not null,
  -- for tasks that name no time of their own; null: never
  expiry_seconds integer,
  expiry_action text not null check (expiry_action in ('expire', 'approve', 'reject', 'escalate')),
  escalation_queue_id uuid,
  escalation_seconds integer,
  escalation_action text check (escalation_action in ('expire', 'approve', 'reject')),
  created_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (org_id, id),
  check ((expiry_action = 'escalate') = (escalation_queue_id is not null)),
  check ((escalation_queue_id is null) = (escalation_seconds is null) and (escalation_queue_id is null) = (escalation_action is null))
);

create table queues (
  org_id uuid not null references organizations on delete cascade,
  id uuid not null,
  workflow_id uuid not null,
  name text not null,
  created_at timestamptz not null,
  primary key (org_id, id)
);
create unique index queues_name on queues (org_id, workflow_id, name);

create table review_tasks (
  org_id uuid not null references organizations on delete cascade,
  id uuid not null,
  workflow_id uuid not null,
  queue_id uuid,
  title text not null,
  -- exact JSON text, never jsonb
  content text not null,
  -- the content as a reviewer changed it
  revision text,
  content_type text,
  -- 0 low, 1 normal, 2 high, 3 urgent
  priority smallint not null,
  assignee_id uuid,
  metadata text not null,
  status text not null check (status in ('pending', 'approved', 'rejected', 'revised', 'expired')),
  -- the number of its latest history entry
  version integer not null,
  -- grows with every revision that is not yet decided; the counts are of the present round
  round integer not null,
  approvals integer not null,
  rejections integer not null,
  escalated boolean not null,
  expires_at timestamptz,
  -- of a task that holds deliveries
  gate_id uuid,
  event_id uuid,
  event_type text,
  created_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (org_id, id)
);
create index review_tasks_status on review_tasks (org_id, status, priority, id);
create index review_tasks_workflow on review_tasks (org_id, workflow_id, status, id);
create index review_tasks_expiry on review_tasks (expires_at) where status = 'pending' and expires_at is not null;
create index review_tasks_retention on review_tasks (updated_at) where gate_id is not null and status <> 'pending';

-- What was done to a task, one entry for each version. The entry that ends it is its decision.
-- No foreign keys: what was done stays known.
create table review_history (
  org_id uuid not null,
  task_id uuid not null,
  version integer not null,
  action text not null check (action in ('created', 'approved', 'rejected', 'revised', 'expired', 'escalated')),
  -- the task's after it
  status text not null,
  round integer not null,
  -- who voted; null: no vote
  voter text,
  actor text not null,
  actor_name text,
  member_id uuid,
  member_name text,
  ip text,
  comment text,
  reason text,
  -- of a revision: exact JSON text
  content text,
  -- of an escalation: where to
  queue_id uuid,
  at timestamptz not null,
  primary key (org_id, task_id, version)
);
create unique index review_history_vote on review_history (org_id, task_id, round, voter) where voter is not null;

-- Entries are never changed. They go when retention drops their task, which says so in its transaction.
create function refuse_history_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and current_setting('sluice.retention', true) = 'on' then
    return null;
  end if;
  raise exception '% is append-only', tg_table_name;
end
$$;
create trigger review_history_append_only before update or delete or truncate on review_history
  for each statement execute function refuse_history_change();

-- Deliveries that wait for a task.
create table review_holds (
  org_id uuid not null,
  delivery_id uuid not null,
  task_id uuid not null,
  primary key (org_id, delivery_id)
);
create index review_holds_task on review_holds (org_id, task_id);

create table review_gates (
  org_id uuid not null references organizations on delete cascade,
  id uuid not null,
  name text,
  types text[] not null,
  -- null: every endpoint
  endpoint_ids uuid[],
  workflow_id uuid not null,
  queue_id uuid,
  -- JSON Schema of the data that is held; null: all of it
  condition text,
  created_by text not null,
  created_at timestamptz not null,
  primary key (org_id, id)
);

-- Grows with every change to an organization's gates; a publish reads it inside its transaction.
create table review_gate_versions (
  org_id uuid primary key references organizations on delete cascade,
  version bigint not null
);

create table embed_tokens (
  org_id uuid not null references organizations on delete cascade,
  id uuid not null,
  label text,
  -- SHA-256 of the whole secret
  hash bytea not null,
  last_four text not null,
  workflow_id uuid,
  queue_id uuid,
  -- the reviewer it acts as; null: itself
  member_id uuid,
  can_approve boolean not null,
  can_reject boolean not null,
  can_edit boolean not null,
  -- scheme, host and port, as browsers write them
  allowed_origins text[] not null,
  created_by text not null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  primary key (org_id, id)
);
create unique index embed_tokens_hash on embed_tokens (org_id, hash);
-- The page is asked for by id alone, before anybody knows whose it is.
create index embed_tokens_page on embed_tokens (id);
