-- Whether this person may invite into the organisation: its own admins; operators only until it has one.
create or replace function may_invite(person uuid, organisation uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select is_active_admin(person, organisation)
      or (not exists (select 1 from active_admins(organisation)) and person in (select operator_admins()))
  $$;
