-- What happened. Ledger tables are partitioned by day of the id (UUIDv7), so that retention drops partitions and a
-- look-up by id reads one. The default partition catches what no day has been made for: a publish never fails.
-- No foreign keys: rows leave by the partition, not one by one.

create table events (
  org_id uuid not null,
  id uuid not null,
  -- the publisher's own id for it, if it gave one
  external_id text,
  type text not null,
  -- the exact bytes received; never jsonb, which drops duplicate keys, reorders and rounds
  data text not null,
  occurred_at timestamptz not null,
  deliver_at timestamptz,
  -- JSON text
  audience text,
  metadata text,
  source text not null,
  created_at timestamptz not null,
  primary key (org_id, id)
) partition by range (id);
create table events_default partition of events default;

-- A publisher's own event ids: publishing the same id again answers the first event.
create table event_ids (
  org_id uuid not null,
  external_id text not null,
  event_id uuid not null,
  request_hash bytea not null,
  created_at timestamptz not null,
  primary key (org_id, external_id)
);
create index event_ids_age on event_ids (created_at);

-- Request bodies as sent, once for all deliveries that sent the same bytes.
create table bodies (
  org_id uuid not null,
  id uuid not null,
  content text not null,
  primary key (org_id, id)
) partition by range (id);
create table bodies_default partition of bodies default;

-- Deliveries that have not ended: the queue. Small whatever was ever sent, because a finished one leaves it.
create table open_deliveries (
  org_id uuid not null,
  id uuid not null,
  event_id uuid not null,
  endpoint_id uuid not null,
  event_type text not null,
  contract text not null,
  -- 0 scheduled, 1 ready, 2 leased, 3 paused with its endpoint, 4 held for review
  phase smallint not null,
  -- 0 live, 1 replayed: live ones go first
  priority smallint not null,
  due_at timestamptz not null,
  -- grows with every claim: a worker that lost its lease changes nothing
  fence integer not null,
  lease_until timestamptz,
  leased_by text,
  cancel_requested boolean not null,
  attempts integer not null,
  -- attempts since the publish or the last manual retry: the position in the schedule
  round_attempts integer not null,
  round_started_at timestamptz,
  body_id uuid,
  last_outcome text,
  last_status integer,
  last_attempt_at timestamptz,
  created_at timestamptz not null,
  primary key (org_id, id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
-- phase 1: claiming visits one endpoint after another; phase 2: how many requests an endpoint has under way
create index open_deliveries_lane on open_deliveries (phase, org_id, endpoint_id, priority, due_at);
create index open_deliveries_due on open_deliveries (due_at) where phase = 0;
create index open_deliveries_lease on open_deliveries (lease_until) where phase = 2;
-- Not org_id first: for a statement that was planned while the queue was empty, this index and the primary key would
-- look equally good for finding a delivery by its id.
create index open_deliveries_event on open_deliveries (event_id, org_id);

-- Deliveries that have ended.
create table closed_deliveries (
  org_id uuid not null,
  id uuid not null,
  event_id uuid not null,
  endpoint_id uuid not null,
  event_type text not null,
  contract text not null,
  state text not null check (state in ('delivered', 'failed', 'cancelled')),
  priority smallint not null,
  attempts integer not null,
  body_id uuid,
  last_outcome text,
  last_status integer,
  last_attempt_at timestamptz,
  last_duration_ms integer,
  created_at timestamptz not null,
  finished_at timestamptz not null,
  primary key (org_id, id)
) partition by range (id);
create table closed_deliveries_default partition of closed_deliveries default;
create index closed_deliveries_event on closed_deliveries (org_id, event_id);
create index closed_deliveries_endpoint on closed_deliveries (org_id, endpoint_id, id);
create index closed_deliveries_failed on closed_deliveries (org_id, id) where state = 'failed';

create table attempts (
  org_id uuid not null,
  id uuid not null,
  delivery_id uuid not null,
  endpoint_id uuid not null,
  number integer not null,
  outcome text not null,
  -- where it failed, in words: 'connection refused', 'certificate has expired'
  error text,
  url text not null,
  -- JSON text: header name -> value
  request_headers text,
  body_id uuid,
  status integer,
  response_headers text,
  response_body bytea,
  response_truncated boolean not null,
  -- JSON text: milliseconds by phase
  timings text,
  duration_ms integer,
  worker text,
  started_at timestamptz not null,
  finished_at timestamptz not null,
  primary key (org_id, id)
) partition by range (id);
create table attempts_default partition of attempts default;
create index attempts_delivery on attempts (org_id, delivery_id);

-- Both kinds in the shape that people see.
create view deliveries as
  select org_id, id, event_id, endpoint_id, event_type, contract,
         case when phase = 2 then 'sending' when phase = 4 then 'held' else 'pending' end as state,
         attempts, body_id, last_outcome, last_status, last_attempt_at, null::integer as last_duration_ms,
         case when phase in (0, 1) then due_at end as next_attempt_at, phase = 3 as paused, created_at, null::timestamptz as finished_at
    from open_deliveries
  union all
  select org_id, id, event_id, endpoint_id, event_type, contract, state,
         attempts, body_id, last_outcome, last_status, last_attempt_at, last_duration_ms,
         null, false, created_at, finished_at
    from closed_deliveries;
