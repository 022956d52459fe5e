create or replace function scope_kind() returns text language sql stable parallel safe
  as $$ select coalesce(current_setting('purse.scope_kind', true), '') $$;
