-- Batches of scenarios that are checked against rules in the background.

-- A module is a named set of rules; it never changes, so a result can always be explained.
create table evaluation_modules (
  org_id uuid not null references organizations on delete cascade,
  id uuid not null,
  name text not null,
  description text,
  -- JSON text: [{code, description, schema}]
  rules text not null,
  rule_count integer not null,
  created_at timestamptz not null,
  primary key (org_id, id)
);
create unique index evaluation_modules_name on evaluation_modules (org_id, name);

-- How many changes an organization's evaluations have seen. Incremented as the last statement of every transaction that
-- makes one; its lock is held until the commit, so numbers are committed in their order.
create table evaluation_changes (
  org_id uuid primary key references organizations on delete cascade,
  latest bigint not null
);

create table evaluations (
  org_id uuid not null references organizations on delete cascade,
  id uuid not null,
  -- in the order given
  module_ids uuid[] not null,
  status text not null check (status in ('pending', 'running', 'complete')),
  scenario_count integer not null,
  -- scenarios are evaluated in the order of their positions: this many are done
  evaluated_count integer not null,
  -- the number of its latest change
  change bigint not null,
  -- when a worker may take the next batch
  due_at timestamptz not null,
  created_at timestamptz not null,
  started_at timestamptz,
  completed_at timestamptz,
  primary key (org_id, id)
);
create unique index evaluations_change on evaluations (org_id, change);
create index evaluations_due on evaluations (due_at) where status <> 'complete';

create table scenarios (
  org_id uuid not null references organizations on delete cascade,
  id uuid not null,
  evaluation_id uuid not null,
  -- from 0
  position integer not null,
  name text not null,
  -- JSON text
  input text not null,
  primary key (org_id, id)
);
create unique index scenarios_position on scenarios (org_id, evaluation_id, position);

create table scenario_results (
  org_id uuid not null references organizations on delete cascade,
  scenario_id uuid not null,
  -- JSON text: violations, module_summary, evaluated_codes, passing_count, failing_count
  result text not null,
  primary key (org_id, scenario_id)
);

-- Tokens that show the results of one evaluation once, to whoever holds them.
create table result_tokens (
  org_id uuid not null references organizations on delete cascade,
  hash bytea not null,
  evaluation_id uuid not null,
  created_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  primary key (org_id, hash)
);
create index result_tokens_age on result_tokens (expires_at);

-- Requests of a credential in the present window, on surfaces that promise a limit.
create table request_windows (
  org_id uuid not null references organizations on delete cascade,
  -- of a key, a member or an installation
  credential_id uuid not null,
  started_at timestamptz not null,
  requests integer not null,
  primary key (org_id, credential_id)
) with (fillfactor = 50);
