-- Whether the tenant of this transaction shares this payment. It runs as the owner, so that the policies that ask it
-- do not ask themselves.
create or replace function scope_has_leg(payment uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as $$ select exists (select 1 from allocation_leg where payment_id = payment and party_id = scope_org()) $$;
