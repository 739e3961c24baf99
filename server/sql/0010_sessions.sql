-- How members sign in: links that are good once, passwords, and the sessions that come of them.

create table sign_in_links (
  org_id uuid not null,
  id uuid not null,
  member_id uuid not null,
  -- SHA-256 of the whole secret, as with keys
  hash bytea not null,
  -- what the member was when the link was made: it lets nobody in who has become more since
  role text not null,
  created_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  primary key (org_id, id),
  foreign key (org_id, member_id) references members (org_id, id) on delete cascade
);
create unique index sign_in_links_hash on sign_in_links (org_id, hash);
create index sign_in_links_member on sign_in_links (org_id, member_id);
create index sign_in_links_age on sign_in_links (expires_at);

create table member_passwords (
  org_id uuid not null,
  member_id uuid not null,
  -- argon2id, with its parameters and its salt
  hash text not null,
  changed_at timestamptz not null,
  primary key (org_id, member_id),
  foreign key (org_id, member_id) references members (org_id, id) on delete cascade
);

-- A session that ended is no row; the audit log remembers it.
create table sessions (
  org_id uuid not null,
  id uuid not null,
  member_id uuid not null,
  hash bytea not null,
  signed_in_by text not null check (signed_in_by in ('link', 'password')),
  ip text,
  user_agent text,
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  ends_at timestamptz not null,
  primary key (org_id, id),
  foreign key (org_id, member_id) references members (org_id, id) on delete cascade
);
create unique index sessions_hash on sessions (org_id, hash);
create index sessions_member on sessions (org_id, member_id, id);
create index sessions_age on sessions (last_used_at);

-- Attempts to sign in are counted for addresses too, which belong to no organization.
alter table request_windows drop constraint request_windows_org_id_fkey;
