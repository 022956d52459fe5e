-- The role with which somebody may sign for an organisation now: 'admin' or 'finance'; null for everybody else.
create or replace function signing_role(person uuid, organisation uuid) returns text
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select m.role from membership m join app_user u on u.id = m.user_id join organisation o on o.id = m.organisation_id
     where m.user_id = person and m.organisation_id = organisation and m.revoked_at is null
       and u.disabled_at is null and o.suspended_at is null and m.role in ('admin', 'finance')
  $$;
