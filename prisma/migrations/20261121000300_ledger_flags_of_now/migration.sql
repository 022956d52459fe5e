-- An account that is asked for again is compared with its flags of now: one that a transfer has closed since carries
-- the flag closed, as in TigerBeetle. The rest of the function stays as it is.
DO $$
DECLARE
  body CONSTANT text := pg_get_functiondef('ledger.create_accounts(jsonb)'::regprocedure);
  good CONSTANT text := replace(body, 'WHEN old.flags <> v_flags THEN',
    'WHEN (old.flags & ~32 | CASE WHEN old.closed THEN 32 ELSE 0 END) <> v_flags THEN');
BEGIN
  IF good = body THEN RAISE EXCEPTION 'ledger.create_accounts is not the function that was expected'; END IF;
  EXECUTE good;
END $$;
