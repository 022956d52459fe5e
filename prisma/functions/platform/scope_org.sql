-- The organisation for which this transaction runs; null for the platform and when nobody said.
create or replace function scope_org() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('purse.scope_org', true), '')::uuid $$;
