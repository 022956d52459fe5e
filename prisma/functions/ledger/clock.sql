-- The ledger's clock, in one place.
CREATE OR REPLACE FUNCTION ledger.clock() RETURNS timestamptz LANGUAGE sql VOLATILE
  SET search_path = pg_catalog AS $$ SELECT clock_timestamp() $$;

revoke execute on function ledger.clock from public;
grant execute on function ledger.clock to purse_app;
