create or replace function scope_is_platform() returns boolean language sql stable parallel safe
  as $$ select scope_kind() in ('operator', 'system') $$;
