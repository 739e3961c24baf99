-- Who receives, and what may be sent.

create table endpoints (
  org_id uuid not null references organizations on delete cascade,
  id uuid not null,
  owner_kind text not null check (owner_kind in ('organization', 'member', 'installation')),
  owner_id uuid not null,
  url text not null,
  name text,
  description text,
  contract text not null,
  events text[] not null,
  -- JSON object, encrypted: receivers' header values are often credentials
  headers text,
  metadata text not null,
  rate_limit integer,
  -- what the endpoint asked for; null: the contract's own
  retry_delays integer[],
  timeout_seconds integer,
  -- the timeout in force, so that a claim knows how long to lease
  effective_timeout_seconds integer not null,
  enabled boolean not null,
  disabled_reason text,
  disabled_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (org_id, id)
);

create table endpoint_secrets (
  org_id uuid not null references organizations on delete cascade,
  endpoint_id uuid not null,
  id uuid not null,
  ciphertext text not null,
  created_at timestamptz not null,
  -- null: current; otherwise it goes on signing beside the newer one until then
  expires_at timestamptz,
  primary key (org_id, endpoint_id, id)
);

-- Changes with every settled batch, so it is kept apart from the row that people edit.
create table endpoint_health (
  org_id uuid not null references organizations on delete cascade,
  endpoint_id uuid not null,
  consecutive_failures integer not null,
  failing_since timestamptz,
  last_success_at timestamptz,
  last_failure_at timestamptz,
  -- requests that may be under way at once: halves when the receiver fails, grows with each success
  concurrency integer not null,
  -- the allowance of a rate-limited endpoint, as of allowance_at
  allowance double precision not null,
  allowance_at timestamptz not null,
  primary key (org_id, endpoint_id)
) with (fillfactor = 50);

-- One number for each organization that is another after every change to its endpoints: a publish reads it inside its
-- transaction and knows whether the list that it has in memory is still the true one.
create table endpoint_versions (
  org_id uuid primary key references organizations on delete cascade,
  version bigint not null
);

create table event_types (
  org_id uuid not null references organizations on delete cascade,
  name text not null,
  description text not null,
  schema text,
  example text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (org_id, name)
);

-- The same for the catalogue of event types.
create table event_type_versions (
  org_id uuid primary key references organizations on delete cascade,
  version bigint not null
);
