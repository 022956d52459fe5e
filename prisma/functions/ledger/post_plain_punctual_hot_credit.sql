-- Posts a whole batch in one statement when it is plain: new ids, plain or pending transfers, accounts found and
-- open, limits far enough away. True when all of it stands; false when it was not plain after all, and then nothing
-- of it does and `ledger.post_transfers` judges event by event. The caller has locked the accounts, whose places are
-- p_tids, and has seen that nothing of the batch is older in business time than what stands. One account on the
-- credit side of every event, each debit account once: nothing is grouped but the one sum.
CREATE OR REPLACE FUNCTION ledger.post_plain_punctual_hot_credit(
  p_now timestamptz, p_id uuid[], p_debit uuid[], p_credit uuid[], p_amount bigint[], p_code smallint[],
  p_flags smallint[], p_timeout integer[], p_currency text[], p_journal uuid[], p_effective timestamptz[],
  p_tids tid[]
) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog
  SET plan_cache_mode = force_generic_plan
  SET enable_seqscan = off
  SET enable_nestloop = off
  SET enable_mergejoin = off
  SET jit = off
AS $$
DECLARE
  zero CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
  top CONSTANT uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  v_count bigint;
BEGIN
  WITH e AS MATERIALIZED (
    SELECT u.debit, u.credit, CASE WHEN u.flags & 2 <> 0 THEN u.amount ELSE 0 END AS pd,
      CASE WHEN u.flags & 2 <> 0 THEN 0 ELSE u.amount END AS qd,
      coalesce(u.effective, p_now + u.ord * interval '1 microsecond') AS eff, u.ord,
      p_now + u.ord * interval '1 microsecond' AS at, u.id, u.amount, u.code, coalesce(u.flags, 0::smallint) AS flags,
      coalesce(u.timeout, 0) AS timeout, u.journal, u.currency
    FROM unnest(p_id, p_debit, p_credit, p_amount, p_code, p_flags, p_timeout, p_currency, p_journal, p_effective)
      WITH ORDINALITY AS u(id, debit, credit, amount, code, flags, timeout, currency, journal, effective, ord)
    WHERE u.id > zero AND u.id < top AND u.debit <> u.credit AND u.amount >= 0 AND u.code > 0
      AND (u.flags IS NULL OR u.flags & ~3 = 0)
      AND (u.timeout IS NULL OR u.timeout = 0 OR u.flags & 2 <> 0 AND u.timeout > 0)
  ), changed AS (
    UPDATE ledger.account a SET debits_pending = a.debits_pending + s.dp, debits_posted = a.debits_posted + s.d,
      credits_pending = a.credits_pending + s.cp, credits_posted = a.credits_posted + s.c,
      last_recorded_at = p_now + cardinality(p_id) * interval '1 microsecond',
      debit_effective_at = greatest(a.debit_effective_at, s.d_eff),
      credit_effective_at = greatest(a.credit_effective_at, s.c_eff)
    FROM (
      SELECT p_credit[1] AS id, 0::bigint AS dp, 0::bigint AS d, ledger.sum_bigint(pd) AS cp,
        ledger.sum_bigint(qd) AS c, NULL::timestamptz AS d_eff, max(eff) AS c_eff FROM e HAVING count(*) > 0
      UNION ALL SELECT debit, pd, qd, 0, 0, eff, NULL FROM e) s
    WHERE a.id = s.id AND a.ctid = ANY (p_tids) AND NOT a.closed
      AND (a.flags & 2 = 0 OR a.debits_pending + a.debits_posted + s.dp + s.d <= a.credits_posted)
      AND (a.flags & 4 = 0 OR a.credits_pending + a.credits_posted + s.cp + s.c <= a.debits_posted)
    -- The counters as they stood; what this batch adds is put back row by row below.
    RETURNING a.no, a.id, a.currency, a.debits_pending - s.dp AS dp, a.debits_posted - s.d AS d,
      a.credits_pending - s.cp AS cp, a.credits_posted - s.c AS c
  )
  INSERT INTO ledger.transfer (seq, recorded_at, effective_at, debit_no, credit_no, amount,
    debit_pending, debit_posted, credit_pending, credit_posted, id, timeout_seconds, code, flags, journal_id)
  SELECT nextval('ledger.transfer_seq'), q.at, q.eff, q.d_no, q.c_no, q.amount, q.dp, q.d, q.cp, q.c,
    q.id, q.timeout, q.code, q.flags, q.journal
  FROM (
    SELECT e.ord, e.at, e.eff, e.amount, e.id, e.timeout, e.code, e.flags, e.journal, d.no AS d_no, c.no AS c_no,
      d.dp + e.pd AS dp, d.d + e.qd AS d,
      c.cp + ledger.sum_bigint(e.pd) OVER hc AS cp, c.c + ledger.sum_bigint(e.qd) OVER hc AS c
    FROM e JOIN (SELECT * FROM changed ) d ON d.id = e.debit
      JOIN (SELECT * FROM changed WHERE id = p_credit[1]) c ON c.id = e.credit
    WHERE d.currency = c.currency AND (e.currency IS NULL OR e.currency = d.currency)
    WINDOW hc AS (ORDER BY e.ord ROWS UNBOUNDED PRECEDING)
    ORDER BY e.ord) q;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  -- An account that is missing, closed, too near its limit or of another currency took its transfers with it.
  IF v_count <> cardinality(p_id) THEN RAISE EXCEPTION 'not plain' USING ERRCODE = 'PL001'; END IF;
  IF p_timeout IS NOT NULL THEN
    INSERT INTO ledger.pending_timeout (transfer_id, expires_at)
    SELECT u.id, p_now + u.ord * interval '1 microsecond' + u.timeout * interval '1 second'
    FROM unnest(p_id, p_timeout) WITH ORDINALITY AS u(id, timeout, ord) WHERE u.timeout > 0;
  END IF;
  RETURN true;
EXCEPTION
  -- Not plain; or an id twice in the batch; or sums past the range of bigint; or past a limit.
  WHEN SQLSTATE 'PL001' OR unique_violation OR numeric_value_out_of_range OR check_violation THEN RETURN false;
END $$;

revoke execute on function ledger.post_plain_punctual_hot_credit from public;
