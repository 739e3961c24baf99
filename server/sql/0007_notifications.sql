-- What members are told: their inboxes, meetings that they are reminded of, and the weekly digest.

create table inbox_entries (
  org_id uuid not null references organizations on delete cascade,
  member_id uuid not null,
  id uuid not null,
  -- the event that also went to webhooks
  event_id text not null,
  type text not null,
  title text not null,
  body text,
  url text,
  -- JSON text, the exact bytes
  data text,
  -- scheduled notifications are not seen before
  visible_at timestamptz not null,
  read_at timestamptz,
  created_at timestamptz not null,
  primary key (org_id, member_id, id)
);
create index inbox_entries_unread on inbox_entries (org_id, member_id, id) where read_at is null;
create index inbox_entries_age on inbox_entries (created_at);

create table meetings (
  org_id uuid not null references organizations on delete cascade,
  id uuid not null,
  title text not null,
  starts_at timestamptz not null,
  member_ids uuid[] not null,
  cancelled_at timestamptz,
  -- the start that members were reminded of; a meeting that is moved is due again
  reminded_of timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (org_id, id)
);
create index meetings_due on meetings (starts_at) where cancelled_at is null;

-- One row for each organization that has notifications: when its next digest is due, and in which time zone that is.
create table weekly_digests (
  org_id uuid primary key references organizations on delete cascade,
  time_zone text not null,
  next_at timestamptz not null
);
create index weekly_digests_due on weekly_digests (next_at);
