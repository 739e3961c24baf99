-- What members are told: notifications and inboxes, meetings that they are reminded of, the weekly digest.

create table notifications (
  org_id uuid not null references organizations on delete cascade,
  id uuid not null,
  type text not null,
  title text not null,
  body text,
  url text,
  -- JSON text, the exact bytes
  data text,
  -- JSON text: members by their inner ids, roles, everyone; resolved when it is sent
  recipients text not null,
  -- null: at once
  deliver_at timestamptz,
  created_by text not null,
  created_at timestamptz not null,
  -- when inboxes and webhooks got it
  sent_at timestamptz,
  -- how many members that were
  addressed integer,
  cancelled_at timestamptz,
  -- why it could not be sent when its time came
  refused_because text,
  -- when it was sent, cancelled or refused
  ended_at timestamptz,
  primary key (org_id, id)
);
create index notifications_due on notifications (deliver_at) where ended_at is null;
create index notifications_ended on notifications (ended_at) where ended_at is not null;

-- One row for each member to whom a notification was sent; in the order of their ids.
create table inbox_entries (
  org_id uuid not null,
  member_id uuid not null,
  id uuid not null,
  notification_id uuid not null,
  read_at timestamptz,
  created_at timestamptz not null,
  primary key (org_id, member_id, id),
  foreign key (org_id, member_id) references members on delete cascade,
  foreign key (org_id, notification_id) references notifications on delete cascade
);
create index inbox_entries_unread on inbox_entries (org_id, member_id, id) where read_at is null;
create index inbox_entries_notification on inbox_entries (org_id, notification_id);

create table meetings (
  org_id uuid not null references organizations on delete cascade,
  id uuid not null,
  title text not null,
  starts_at timestamptz not null,
  created_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  cancelled_at timestamptz,
  primary key (org_id, id)
);
create index meetings_due on meetings (starts_at) where cancelled_at is null;

create table meeting_members (
  org_id uuid not null,
  meeting_id uuid not null,
  member_id uuid not null,
  -- the start that the member was reminded of: one that is moved is due again
  reminded_of timestamptz,
  primary key (org_id, meeting_id, member_id),
  foreign key (org_id, meeting_id) references meetings on delete cascade,
  foreign key (org_id, member_id) references members on delete cascade
);
create index meeting_members_member on meeting_members (org_id, member_id);

-- One row for each organization whose members get a digest.
create table weekly_digests (
  org_id uuid primary key references organizations on delete cascade,
  -- in which next_at is a Monday at nine
  time_zone text not null,
  next_at timestamptz not null,
  -- the end of the last week that was summed up
  latest_until timestamptz,
  -- while one is being sent: the end of its week, and the last member who got it
  sending_until timestamptz,
  sent_through uuid
);
create index weekly_digests_due on weekly_digests (next_at);
