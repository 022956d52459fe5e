create or replace function scope_has_leg(payment uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as $$ select exists (select 1 from allocation_leg where payment_id = payment and party_id = scope_org()) $$;
