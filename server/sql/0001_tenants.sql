-- Who owns what. Every tenant table's key begins with org_id, so that the schema can be distributed by tenant.

create table organizations (
  id uuid primary key,
  slug text not null unique,
  name text not null,
  preset text,
  default_contract text not null,
  time_zone text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create table members (
  org_id uuid not null references organizations on delete cascade,
  id uuid not null,
  email text not null,
  name text not null,
  role text not null check (role in ('owner', 'admin', 'hr_admin', 'member')),
  -- JSON text: module -> 'none' | 'read' | 'write'
  access text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (org_id, id)
);
create unique index members_email on members (org_id, lower(email));

create table keys (
  org_id uuid not null references organizations on delete cascade,
  id uuid not null,
  name text not null,
  prefix text not null,
  last_four text not null,
  -- SHA-256 of the whole secret: it has 192 random bits, so a slow hash would protect nothing
  hash bytea not null,
  scopes text[] not null,
  created_by text not null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz,
  primary key (org_id, id)
);
create unique index keys_hash on keys (org_id, hash);

-- No foreign key: what was done stays known after its organization is gone.
create table audit_log (
  org_id uuid not null,
  id uuid not null,
  actor text not null,
  action text not null,
  target text not null,
  ip text,
  user_agent text,
  details text not null,
  at timestamptz not null,
  primary key (org_id, id)
);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name;
end
$$;
create trigger audit_log_append_only before update or delete or truncate on audit_log
  for each statement execute function refuse_change();

-- Answers of creating requests, for 24 hours. The answer is encrypted: it may hold a secret.
create table idempotency_keys (
  org_id uuid not null,
  key text not null,
  request_hash bytea not null,
  status smallint,
  answer text,
  created_at timestamptz not null,
  primary key (org_id, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);
