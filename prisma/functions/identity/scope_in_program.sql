-- Whether the tenant of this transaction is a party of the program. It runs as the owner, so that the policies that
-- ask it do not ask themselves.
create or replace function scope_in_program(program uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as $$ select exists (select 1 from program_party where program_id = program and organisation_id = scope_org()) $$;
