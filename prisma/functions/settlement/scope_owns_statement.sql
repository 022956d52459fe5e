-- Whether the statement is of the tenant of this transaction. It runs as the owner, so that the policies that ask it
-- do not ask themselves.
create or replace function scope_owns_statement(statement uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as $$ select exists (select 1 from statement s where s.id = statement and s.party_id = scope_org()) $$;
