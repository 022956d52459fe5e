-- Since when an account has been in the same hands, as far as anybody can tell; null when there is no such person.
create or replace function account_since(person uuid, at timestamptz) returns timestamptz
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select greatest(u.created_at, (select max(r.used_at) from password_reset r where r.user_id = u.id and r.used_at <= at))
      from app_user u where u.id = person
  $$;
