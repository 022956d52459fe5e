-- Trigger on `authority_setting`: limits of what people may sign are set by two people (see `use_confirmation`).
create or replace function guard_authority_setting() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform use_confirmation(new.confirmation_id, 'authority_setting.set', null, null, null,
    jsonb_build_object('name', new.name, 'value', new.value::text));
  return new;
end $$;
