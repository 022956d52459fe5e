create or replace function scope_org() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('purse.scope_org', true), '')::uuid $$;
