-- Events that come round by the calendar.
create table schedules (
  org_id uuid not null references organizations on delete cascade,
  id uuid not null,
  -- five fields: minute, hour, day of month, month, day of week
  cron text not null,
  time_zone text not null,
  type text not null,
  -- the exact bytes, as with events
  data text not null,
  -- JSON text
  audience text,
  catch_up text not null check (catch_up in ('none', 'latest', 'all')),
  enabled boolean not null,
  -- null: the calendar has no further time
  next_at timestamptz,
  last_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (org_id, id)
);
create index schedules_due on schedules (next_at) where enabled and next_at is not null;
