-- Whether this person is a member of the organisation and may sign in; with `since`, also who left after that moment.
create or replace function is_member(person uuid, organisation uuid, since timestamptz default null) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select exists (
      select 1 from membership m join app_user u on u.id = m.user_id
       where m.user_id = person and m.organisation_id = organisation and u.disabled_at is null
         and (m.revoked_at is null or m.revoked_at > since))
  $$;
