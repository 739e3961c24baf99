-- Which members of the data a projection's fields belong to is said by the projection itself. Those made before were
-- all of changes of records.
update endpoints
   set projection = (projection::jsonb || '{"objects": ["current", "previous"]}')::text
 where projection is not null;
