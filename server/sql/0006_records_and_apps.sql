-- Members' personal tokens, records of the organization's own types, and custom applications.

create table member_tokens (
  org_id uuid not null,
  id uuid not null,
  member_id uuid not null,
  name text not null,
  last_four text not null,
  -- SHA-256 of the whole secret, as with keys
  hash bytea not null,
  -- what the member's role held when the token was made: more than that it never holds
  scopes text[] not null,
  created_by text not null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz,
  primary key (org_id, id),
  foreign key (org_id, member_id) references members (org_id, id) on delete cascade
);
create unique index member_tokens_hash on member_tokens (org_id, hash);
create index member_tokens_member on member_tokens (org_id, member_id);

-- JSON text {about, fields, quiet}: all that the endpoint may ever be shown; null: everything
alter table endpoints add column projection text;

create table record_types (
  org_id uuid not null references organizations on delete cascade,
  module text not null,
  model text not null,
  description text not null,
  -- JSON Schema of the fields; null: any
  schema text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (org_id, module, model)
);

create table records (
  org_id uuid not null,
  module text not null,
  model text not null,
  id uuid not null,
  -- JSON text; never jsonb, which refuses \u0000 and numbers that are too large
  fields text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (org_id, module, model, id),
  foreign key (org_id, module, model) references record_types (org_id, module, model) on delete cascade
);

create table apps (
  org_id uuid not null references organizations on delete cascade,
  id uuid not null,
  name text not null,
  description text,
  created_at timestamptz not null,
  primary key (org_id, id)
);

create table app_versions (
  org_id uuid not null,
  app_id uuid not null,
  version text not null,
  -- 1, 2, 3… in the order in which they were registered
  number integer not null,
  -- JSON text {scopes, webhooks}, in the form that the module compares
  manifest text not null,
  created_by text not null,
  created_at timestamptz not null,
  primary key (org_id, app_id, version),
  foreign key (org_id, app_id) references apps (org_id, id) on delete cascade
);

create table installations (
  org_id uuid not null,
  id uuid not null,
  app_id uuid not null,
  version text not null,
  installed_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (org_id, id),
  unique (org_id, app_id),
  foreign key (org_id, app_id, version) references app_versions (org_id, app_id, version) on delete cascade
);

-- Which endpoint is which webhook of the installed version.
create table installation_webhooks (
  org_id uuid not null,
  installation_id uuid not null,
  endpoint_id uuid not null,
  -- JSON text: the webhook as the manifest has it
  definition text not null,
  primary key (org_id, installation_id, endpoint_id),
  foreign key (org_id, installation_id) references installations (org_id, id) on delete cascade
);

create table installation_tokens (
  org_id uuid not null,
  id uuid not null,
  installation_id uuid not null,
  -- for whom it acts; null: for the organization
  member_id uuid,
  last_four text not null,
  hash bytea not null,
  created_by text not null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  primary key (org_id, id),
  foreign key (org_id, installation_id) references installations (org_id, id) on delete cascade,
  foreign key (org_id, member_id) references members (org_id, id) on delete cascade
);
create unique index installation_tokens_hash on installation_tokens (org_id, hash);
create index installation_tokens_installation on installation_tokens (org_id, installation_id);
