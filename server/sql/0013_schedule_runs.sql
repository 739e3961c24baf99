-- What came of each time of a schedule. The key is the third safeguard, beside the row's lock and the event's own id,
-- that each time happens once.
create table schedule_runs (
  org_id uuid not null references organizations on delete cascade,
  schedule_id uuid not null,
  -- when it was due
  at timestamptz not null,
  -- why nothing was published; null where the event was
  refusal text,
  -- when it was done
  created_at timestamptz not null,
  primary key (org_id, schedule_id, at)
);
create index schedule_runs_age on schedule_runs (created_at);

-- For the list of what is still to come.
create index events_scheduled on events (org_id, deliver_at) where deliver_at is not null;

-- The number of the latest change whose evaluation retention has removed: what changed up to here can no longer be told.
alter table evaluation_changes add column forgotten bigint not null default 0;

-- Grows with each claim, so that a worker that was late stores nothing.
alter table evaluations add column fence bigint not null default 0;
-- Organizations take turns.
drop index evaluations_due;
create index evaluations_due on evaluations (org_id, due_at) where status <> 'complete';
create index evaluations_ended on evaluations (completed_at) where status = 'complete';
