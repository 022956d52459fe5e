-- Whether the organisation has an admin who may sign in.
create or replace function has_active_admin(organisation uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select exists (select 1 from membership m join app_user u on u.id = m.user_id
      where m.organisation_id = organisation and m.role = 'admin' and m.revoked_at is null and u.disabled_at is null)
  $$;
