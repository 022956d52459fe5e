-- Whether the tenant of this transaction is asked about this agreement. It runs as the owner, so that the policies
-- that ask it do not ask themselves.
create or replace function scope_named_in(agreement uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as $$ select exists (select 1 from agreement_party where agreement_id = agreement and organisation_id = scope_org()) $$;
