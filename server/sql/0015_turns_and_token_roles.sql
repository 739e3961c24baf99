-- A personal token is good for what the role that it was issued for holds, which may become more with a later version:
-- the role is kept, not what it held on that day. Owners and administrators hold the same.
alter table member_tokens add column role text;
update member_tokens set role = case
  when '*' = any (scopes) then 'admin'
  when 'members:read' = any (scopes) then 'hr_admin'
  else 'member' end;
alter table member_tokens alter column role set not null;
alter table member_tokens drop column scopes;

-- Organizations take turns: whose turn it is finds its own by these, however much others have waiting.
create index notifications_turn on notifications (org_id, deliver_at) where ended_at is null;

-- Whether everybody who is invited was reminded of the meeting's start: so those need not be looked at again.
alter table meetings add column reminded boolean not null default false;
update meetings set reminded = true where starts_at <= now();
drop index meetings_due;
create index meetings_due on meetings (starts_at) where cancelled_at is null and not reminded;
create index meetings_turn on meetings (org_id, starts_at) where cancelled_at is null and not reminded;

-- Lists of meetings by when they begin.
create index meetings_start on meetings (org_id, starts_at, id);
