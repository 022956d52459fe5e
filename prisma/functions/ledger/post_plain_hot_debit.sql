-- Posts a whole batch in one statement when it is plain: new ids, plain or pending transfers, accounts found and
-- open, limits far enough away. True when all of it stands; false when it was not plain after all, and then nothing
-- of it does and `ledger.post_transfers` judges event by event. The caller has locked the accounts, whose places are
-- p_tids, and whose numbers p_nos: it books legs that came late in business time. One account on the debit side of
-- every event, each credit account once: nothing is grouped but the one sum.
CREATE OR REPLACE FUNCTION ledger.post_plain_hot_debit(
  p_now timestamptz, p_id uuid[], p_debit uuid[], p_credit uuid[], p_amount bigint[], p_code smallint[],
  p_flags smallint[], p_pending uuid[], p_timeout integer[], p_currency text[], p_journal uuid[],
  p_effective timestamptz[], p_nos bigint[], p_tids tid[]
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
  v_count bigint; v_late boolean;
BEGIN
  WITH e AS MATERIALIZED (
    SELECT u.debit, u.credit, CASE WHEN u.flags & 2 <> 0 THEN u.amount ELSE 0 END AS pd,
      CASE WHEN u.flags & 2 <> 0 THEN 0 ELSE u.amount END AS qd, coalesce(u.effective, t.at) AS eff, u.ord, t.at,
      u.id, u.amount, u.code, coalesce(u.flags, 0::smallint) AS flags, coalesce(u.timeout, 0) AS timeout,
      u.journal, u.currency
    FROM unnest(p_id, p_debit, p_credit, p_amount, p_code, p_flags, p_pending, p_timeout, p_currency, p_journal, p_effective)
      WITH ORDINALITY AS u(id, debit, credit, amount, code, flags, pending, timeout, currency, journal, effective, ord)
    CROSS JOIN LATERAL (SELECT p_now + u.ord * interval '1 microsecond' AS at) t
    WHERE u.id > zero AND u.id < top AND u.debit <> u.credit AND u.amount >= 0 AND u.code > 0 AND u.pending IS NULL
      AND (u.flags IS NULL OR u.flags & ~3 = 0)
      AND (u.timeout IS NULL OR u.timeout = 0 OR u.flags & 2 <> 0 AND u.timeout > 0)
  ), before AS MATERIALIZED (
    -- The locked rows as they stand: RETURNING old.* exists from Postgres 18 on, and 15 has to do.
    SELECT b.id, b.debits_pending AS dp, b.debits_posted AS d, b.credits_pending AS cp, b.credits_posted AS c,
      b.debit_effective_at AS d_eff, b.credit_effective_at AS c_eff
    FROM ledger.account b WHERE b.ctid = ANY (p_tids)
  ), changed AS (
    UPDATE ledger.account a SET debits_pending = a.debits_pending + s.dp, debits_posted = a.debits_posted + s.d,
      credits_pending = a.credits_pending + s.cp, credits_posted = a.credits_posted + s.c,
      last_recorded_at = p_now + cardinality(p_id) * interval '1 microsecond',
      debit_effective_at = greatest(a.debit_effective_at, s.d_eff),
      credit_effective_at = greatest(a.credit_effective_at, s.c_eff)
    FROM (
      SELECT debit AS id, ledger.sum_bigint(pd) AS dp, ledger.sum_bigint(qd) AS d, 0::bigint AS cp,
        0::bigint AS c, max(eff) AS d_eff, NULL::timestamptz AS c_eff FROM e GROUP BY debit
      UNION ALL SELECT credit, 0, 0, pd, qd, NULL, eff FROM e) s JOIN before b ON b.id = s.id
    WHERE a.id = s.id AND a.ctid = ANY (p_tids) AND NOT a.closed
      AND (a.flags & 2 = 0 OR a.debits_pending + a.debits_posted + s.dp + s.d <= a.credits_posted)
      AND (a.flags & 4 = 0 OR a.credits_pending + a.credits_posted + s.cp + s.c <= a.debits_posted)
    RETURNING a.no, a.id, a.currency, b.dp, b.d, b.cp, b.c, b.d_eff, b.c_eff
  ), posted AS (
    INSERT INTO ledger.transfer (seq, recorded_at, effective_at, debit_no, credit_no, amount,
      debit_pending, debit_posted, credit_pending, credit_posted, id, timeout_seconds, code, flags, journal_id)
    SELECT nextval('ledger.transfer_seq'), q.at, q.eff, q.d_no, q.c_no, q.amount, q.dp, q.d, q.cp, q.c,
      q.id, q.timeout, q.code, q.flags | CASE WHEN q.eff < q.d_eff THEN 8192 ELSE 0 END
        | CASE WHEN q.eff < q.c_eff THEN 16384 ELSE 0 END, q.journal
    FROM (
      SELECT e.ord, e.at, e.eff, e.amount, e.id, e.timeout, e.code, e.flags, e.journal, d.no AS d_no, c.no AS c_no,
        d.dp + ledger.sum_bigint(e.pd) OVER hd AS dp, d.d + ledger.sum_bigint(e.qd) OVER hd AS d,
        c.cp + e.pd AS cp, c.c + e.qd AS c,
        greatest(d.d_eff, max(e.eff) OVER hd) AS d_eff, c.c_eff AS c_eff
      FROM e JOIN changed d ON d.id = e.debit JOIN changed c ON c.id = e.credit
      WHERE d.currency = c.currency AND (e.currency IS NULL OR e.currency = d.currency)
      WINDOW hd AS (ORDER BY e.ord ROWS UNBOUNDED PRECEDING)
      ORDER BY e.ord) q
    RETURNING flags & 24576 <> 0 AS late
  ), timed AS (
    INSERT INTO ledger.pending_timeout (transfer_id, expires_at)
    SELECT id, at + timeout * interval '1 second' FROM e WHERE timeout > 0
  )
  SELECT count(*), bool_or(late) INTO v_count, v_late FROM posted;
  -- An account that is missing, closed, too near its limit or of another currency took its transfers with it.
  IF v_count <> cardinality(p_id) THEN RAISE EXCEPTION 'not plain' USING ERRCODE = 'PL001'; END IF;
  IF v_late THEN PERFORM ledger.note_late(p_id, p_now, p_nos); END IF;
  RETURN true;
EXCEPTION
  -- Not plain; or an id twice in the batch; or sums past the range of bigint; or past a limit.
  WHEN SQLSTATE 'PL001' OR unique_violation OR numeric_value_out_of_range OR check_violation THEN RETURN false;
END $$;

revoke execute on function ledger.post_plain_hot_debit from public;
