-- The admins of an organisation who are members now and may sign in.
create or replace function active_admins(organisation uuid) returns setof uuid
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select m.user_id from membership m join app_user u on u.id = m.user_id
    where m.organisation_id = organisation and m.role = 'admin' and m.revoked_at is null and u.disabled_at is null
  $$;
