-- Whether this transaction runs for an operator or for the platform itself, and so across tenants.
create or replace function scope_is_platform() returns boolean language sql stable parallel safe
  as $$ select scope_kind() in ('operator', 'system') $$;
