-- When a delivery's present attempt began: what its endpoint has become since then says nothing about what was sent.
alter table open_deliveries add column leased_at timestamptz;
