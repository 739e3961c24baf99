-- When the latest change of any record of the type was made: changes of one type take their times in the order of their
-- commits.
alter table record_types add column last_change timestamptz;
update record_types type set last_change = (
  select max(updated_at) from records
   where records.org_id = type.org_id and records.module = type.module and records.model = type.model);
create index records_updated on records (org_id, module, model, updated_at, id);
