-- A password is changed by its person, or by a reset that was used at just this moment.
create or replace function check_user_secret() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if scope_kind() = '' or scope_actor() = new.user_id or new.password_hash is not distinct from old.password_hash then
    return new;
  end if;
  if new.password_changed_at is not distinct from old.password_changed_at
    or not exists (select 1 from password_reset r where r.user_id = new.user_id and r.used_at = new.password_changed_at) then
    raise exception 'a password is changed by its person or by a reset'
      using errcode = 'check_violation', constraint = 'password_by_its_person';
  end if;
  return new;
end $$;
