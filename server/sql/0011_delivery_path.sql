-- The statements of the delivery path are planned once, possibly while the queue is empty, when every index looks as
-- good as every other. So each finds exactly one that it can use: by id the primary key, by phase and endpoint the
-- lane, by event the event's. A predicate on the phase that is always true serves only statements that name a phase;
-- those that find a delivery by its id say "phase + 0".
drop index open_deliveries_lane;
create index open_deliveries_lane on open_deliveries (phase, org_id, endpoint_id, priority, due_at) where phase >= 0;
drop index open_deliveries_lease;
create index open_deliveries_lease on open_deliveries (lease_until) where lease_until is not null;
-- An event's id says which organization's it is.
drop index open_deliveries_event;
create index open_deliveries_event on open_deliveries (event_id);
