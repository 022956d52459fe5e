-- The counters of an account over all transfers of business time p_at or before, as known now. In business time a hold
-- may be released before it is made, so the pending ones can be negative, or past the range of bigint.
CREATE OR REPLACE FUNCTION ledger.balance_effective_at(p_account uuid, p_at timestamptz)
  RETURNS TABLE (debits_pending numeric, debits_posted bigint, credits_pending numeric, credits_posted bigint)
  LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public SET plan_cache_mode = force_generic_plan AS $$
DECLARE a ledger.account; q record;
BEGIN
  -- As row-level security would have it, asked once instead of at every look-up.
  IF current_setting('role') = 'purse_app' AND NOT public.scope_is_platform() THEN RETURN; END IF;
  SELECT * INTO a FROM ledger.account x WHERE x.id = p_account;
  debits_pending := 0; debits_posted := 0; credits_pending := 0; credits_posted := 0;
  -- A side on which nothing happened is zero, and one whose newest business time has passed is as it stands now.
  IF p_at >= a.debit_effective_at THEN
    debits_pending := a.debits_pending; debits_posted := a.debits_posted;
  ELSIF a.no IS NOT NULL THEN
    q := ledger.side_effective_at(a.no, true, p_at);
    debits_pending := q.pending; debits_posted := q.posted;
  END IF;
  IF p_at >= a.credit_effective_at THEN
    credits_pending := a.credits_pending; credits_posted := a.credits_posted;
  ELSIF a.no IS NOT NULL THEN
    q := ledger.side_effective_at(a.no, false, p_at);
    credits_pending := q.pending; credits_posted := q.posted;
  END IF;
  RETURN NEXT;
END $$;

revoke execute on function ledger.balance_effective_at from public;
grant execute on function ledger.balance_effective_at to purse_app;
