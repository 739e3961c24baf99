-- Which organizations have a type: asked every few seconds for the weekly digest.
create index event_types_name on event_types (name);
