-- An account's age and address decide what its person may confirm, so neither is ever edited.
create or replace function check_app_user() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if (new.id, new.email, new.created_at) is distinct from (old.id, old.email, old.created_at) then
    raise exception 'whose account it is and how old is not changed'
      using errcode = 'restrict_violation', constraint = 'app_user_fixed';
  end if;
  return new;
end $$;
