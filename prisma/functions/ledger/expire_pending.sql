-- Releases what expired pending transfers still hold: one transfer of kind expiry for each. Gives how many.
CREATE OR REPLACE FUNCTION ledger.expire_pending(p_limit integer DEFAULT 100) RETURNS integer
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT ledger.expire_these(ARRAY(SELECT transfer_id FROM ledger.pending_timeout WHERE expires_at <= ledger.clock()
    ORDER BY expires_at LIMIT greatest(p_limit, 0)))
$$;

revoke execute on function ledger.expire_pending from public;
grant execute on function ledger.expire_pending to purse_app;
