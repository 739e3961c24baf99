-- Numeric ids, for a product that promises them: companies, and what each of them has, counted from 1.

create table plugin_companies (
  org_id uuid primary key references organizations on delete cascade,
  company_id bigint generated always as identity,
  latest_webhook bigint not null,
  latest_log bigint not null
);

create table plugin_webhooks (
  org_id uuid not null references organizations on delete cascade,
  id bigint not null,
  endpoint_id uuid not null,
  primary key (org_id, id)
);
create unique index plugin_webhooks_endpoint on plugin_webhooks (org_id, endpoint_id);

-- Numbers of attempts, given when their webhook's logs are first read.
create table plugin_logs (
  org_id uuid not null references organizations on delete cascade,
  id bigint not null,
  endpoint_id uuid not null,
  delivery_id uuid not null,
  attempt_id uuid not null,
  event_type text not null,
  primary key (org_id, id)
);
create unique index plugin_logs_attempt on plugin_logs (org_id, attempt_id);
create index plugin_logs_endpoint on plugin_logs (org_id, endpoint_id, id);
create index plugin_logs_delivery on plugin_logs (org_id, delivery_id);
