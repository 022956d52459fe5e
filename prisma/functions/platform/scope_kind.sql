-- For whom this transaction runs: 'merchant', 'agency', 'operator', 'device' or 'system'; empty when nobody said, and
-- then no policy lets a row through. server/platform/scope.ts says who sets it.
create or replace function scope_kind() returns text language sql stable parallel safe
  as $$ select coalesce(current_setting('purse.scope_kind', true), '') $$;
