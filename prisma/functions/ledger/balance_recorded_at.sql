-- The counters of an account after its newest transfers of ledger time p_at or before.
CREATE OR REPLACE FUNCTION ledger.balance_recorded_at(p_account uuid, p_at timestamptz)
  RETURNS TABLE (debits_pending bigint, debits_posted bigint, credits_pending bigint, credits_posted bigint)
  LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public SET plan_cache_mode = force_generic_plan AS $$
DECLARE a ledger.account;
BEGIN
  -- As row-level security would have it, asked once instead of at every look-up.
  IF current_setting('role') = 'purse_app' AND NOT public.scope_is_platform() THEN RETURN; END IF;
  SELECT * INTO a FROM ledger.account x WHERE x.id = p_account;
  IF a.debit_effective_at > '-infinity' THEN
    SELECT t.debit_pending, t.debit_posted INTO debits_pending, debits_posted FROM ledger.transfer t
      WHERE t.debit_no = a.no AND t.recorded_at <= p_at ORDER BY t.recorded_at DESC LIMIT 1;
  END IF;
  IF a.credit_effective_at > '-infinity' THEN
    SELECT t.credit_pending, t.credit_posted INTO credits_pending, credits_posted FROM ledger.transfer t
      WHERE t.credit_no = a.no AND t.recorded_at <= p_at ORDER BY t.recorded_at DESC LIMIT 1;
  END IF;
  debits_pending := coalesce(debits_pending, 0); debits_posted := coalesce(debits_posted, 0);
  credits_pending := coalesce(credits_pending, 0); credits_posted := coalesce(credits_posted, 0);
  RETURN NEXT;
END $$;

revoke execute on function ledger.balance_recorded_at from public;
grant execute on function ledger.balance_recorded_at to purse_app;
