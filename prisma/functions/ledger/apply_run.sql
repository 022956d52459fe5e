-- Judges the events lo..hi and applies them set-wise up to the first one whose failure depends on what came before
-- it in the run, or that takes its chain with it. Events that fail by themselves and stand alone are answered and
-- left out; they change nothing. The caller has locked the accounts p_nos and guarantees that no event of the run
-- refers to another one of it. Gives the codes, and where it had to stop (null: it went through). Checks stand in
-- TigerBeetle's order of precedence; the first that fails names the result.
CREATE OR REPLACE FUNCTION ledger.apply_run(
  p_lo integer, p_hi integer, p_now timestamptz, p_nos bigint[], p_alone boolean,
  p_id uuid[], p_debit uuid[], p_credit uuid[], p_amount bigint[], p_code smallint[], p_flags smallint[],
  p_pending uuid[], p_timeout integer[], p_currency text[], p_journal uuid[], p_effective timestamptz[],
  p_recorded timestamptz[], p_chain integer[],
  OUT codes text[], OUT stopped_at integer, OUT stopped_code text, OUT some_late boolean)
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
  SET enable_nestloop = off SET enable_mergejoin = off SET jit = off AS $$
DECLARE
  zero CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
  top CONSTANT uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  whole CONSTANT bigint := 9223372036854775807;
  last_moment CONSTANT timestamptz := '9999-12-31 00:00:00+00';
  v_ids uuid[] := p_id[p_lo:p_hi];
  v_pendings uuid[] := coalesce(p_pending[p_lo:p_hi], '{}');
BEGIN
  WITH e AS MATERIALIZED (
    SELECT p_lo + u.ord::integer - 1 AS ord, nullif(u.id, zero) AS id, nullif(u.debit, zero) AS debit,
      nullif(u.credit, zero) AS credit, u.amount, coalesce(u.code, 0::smallint) AS code,
      coalesce(u.flags, 0::smallint) AS flags, nullif(u.pending, zero) AS pending,
      coalesce(u.timeout, 0) AS timeout, u.currency, u.journal, u.effective, u.recorded, u.chain,
      u.chain IS NOT NULL AND NOT p_alone AS chained, coalesce(u.flags, 0::smallint) & 12 <> 0 AS resolves
    FROM unnest(v_ids, p_debit[p_lo:p_hi], p_credit[p_lo:p_hi], p_amount[p_lo:p_hi], p_code[p_lo:p_hi],
      p_flags[p_lo:p_hi], p_pending[p_lo:p_hi], p_timeout[p_lo:p_hi], p_currency[p_lo:p_hi],
      p_journal[p_lo:p_hi], p_effective[p_lo:p_hi], p_recorded[p_lo:p_hi], p_chain[p_lo:p_hi])
      WITH ORDINALITY AS u(id, debit, credit, amount, code, flags, pending, timeout, currency, journal, effective,
        recorded, chain, ord)
  ), a AS MATERIALIZED (
    SELECT * FROM ledger.account WHERE no = ANY (p_nos)
  ), x AS MATERIALIZED (
    SELECT t.id, t.flags & 4351 AS flags, t.pending_id, t.timeout_seconds, t.amount, t.code, t.journal_id,
      nullif(t.effective_at, t.recorded_at) AS effective,
      (SELECT y.id FROM ledger.account y WHERE y.no = t.debit_no) AS debit,
      (SELECT y.id FROM ledger.account y WHERE y.no = t.credit_no) AS credit,
      (SELECT y.currency::text FROM ledger.account y WHERE y.no = t.debit_no) AS currency
    FROM ledger.transfer t WHERE t.id = ANY (v_ids)
  ), f AS MATERIALIZED (
    SELECT id FROM ledger.failed_id WHERE id = ANY (v_ids)
  ), p AS MATERIALIZED (
    SELECT t.id, t.flags, t.amount, t.code, t.journal_id,
      t.recorded_at + t.timeout_seconds * interval '1 second' AS expires_at, t.timeout_seconds,
      (SELECT y.id FROM ledger.account y WHERE y.no = t.debit_no) AS debit,
      (SELECT y.id FROM ledger.account y WHERE y.no = t.credit_no) AS credit,
      (SELECT r.flags FROM ledger.transfer r WHERE r.pending_id = t.id) AS resolved_by
    FROM ledger.transfer t
    WHERE t.id = ANY (v_pendings) AND t.debit_no + 0 = ANY (p_nos) AND t.credit_no + 0 = ANY (p_nos)
  ), j AS MATERIALIZED (
    SELECT e.*, x.id IS NOT NULL AS known, x.flags AS x_flags, x.pending_id AS x_pending,
      x.timeout_seconds AS x_timeout, x.amount AS x_amount, x.code AS x_code, x.journal_id AS x_journal,
      x.effective AS x_effective, x.debit AS x_debit, x.credit AS x_credit, x.currency AS x_currency,
      f.id IS NOT NULL AS failed, p.id IS NOT NULL AS q_found, p.flags AS q_flags, p.amount AS q_amount,
      p.code AS q_code, p.journal_id AS q_journal, p.expires_at, p.timeout_seconds AS q_timeout,
      p.debit AS q_debit, p.credit AS q_credit, p.resolved_by,
      d.no AS d_no, d.currency AS d_currency, d.flags AS d_flags, d.closed AS d_closed,
      d.debits_pending AS d_dp, d.debits_posted AS d_d,
      c.no AS c_no, c.currency AS c_currency, c.flags AS c_flags, c.closed AS c_closed,
      c.credits_pending AS c_cp, c.credits_posted AS c_c,
      coalesce(e.effective, p_now + e.ord * interval '1 microsecond') AS eff,
      CASE
        WHEN e.flags & 4 <> 0 AND (e.amount IS NULL OR e.amount = whole) THEN p.amount
        WHEN e.flags & 8 <> 0 AND coalesce(e.amount, 0) = 0 THEN p.amount
        WHEN e.flags & 48 = 0 OR d.no IS NULL OR c.no IS NULL THEN e.amount
        ELSE least(e.amount,
          CASE WHEN e.flags & 16 <> 0
            THEN greatest(d.credits_posted - d.debits_posted - d.debits_pending, 0) ELSE e.amount END,
          CASE WHEN e.flags & 32 <> 0
            THEN greatest(c.debits_posted - c.credits_posted - c.credits_pending, 0) ELSE e.amount END)
      END AS amt
    FROM e
    LEFT JOIN x ON x.id = e.id
    LEFT JOIN f ON f.id = e.id
    LEFT JOIN p ON p.id = e.pending AND e.resolves
    LEFT JOIN a d ON d.id = CASE WHEN p.id IS NULL THEN e.debit ELSE p.debit END
    LEFT JOIN a c ON c.id = CASE WHEN p.id IS NULL THEN e.credit ELSE p.credit END
  ), v AS MATERIALIZED (
    -- In TigerBeetle's order: the first condition that is met names the result.
    SELECT j.*,
      CASE WHEN j.flags & 2 <> 0 THEN j.amt WHEN j.resolves THEN -j.q_amount ELSE 0 END AS pd,
      CASE WHEN j.flags & 10 = 0 THEN j.amt ELSE 0 END AS qd,
      coalesce(malformed, seen_before, contradictory, unresolvable, accounts_unfit, out_of_range, 'created') AS verdict
    FROM j CROSS JOIN LATERAL (SELECT
        CASE
          WHEN recorded IS NOT NULL THEN 'timestamp_must_be_zero'
          WHEN flags & ~255 <> 0 THEN 'reserved_flag'
          WHEN id IS NULL THEN 'id_must_not_be_zero'
          WHEN id = top THEN 'id_must_not_be_int_max'
        END AS malformed,
        CASE
          WHEN known THEN CASE
            WHEN x_flags <> flags THEN 'exists_with_different_flags'
            WHEN x_pending IS DISTINCT FROM pending THEN 'exists_with_different_pending_id'
            WHEN x_timeout <> timeout THEN 'exists_with_different_timeout'
            WHEN NOT (resolves AND debit IS NULL) AND x_debit IS DISTINCT FROM debit
              THEN 'exists_with_different_debit_account_id'
            WHEN NOT (resolves AND credit IS NULL) AND x_credit IS DISTINCT FROM credit
              THEN 'exists_with_different_credit_account_id'
            WHEN CASE WHEN flags & 48 <> 0 THEN amount < x_amount
              WHEN resolves THEN amt IS DISTINCT FROM x_amount
              ELSE amount IS DISTINCT FROM x_amount END THEN 'exists_with_different_amount'
            WHEN x_journal IS DISTINCT FROM CASE WHEN resolves THEN coalesce(journal, q_journal) ELSE journal END
              THEN 'exists_with_different_journal_id'
            WHEN x_effective IS DISTINCT FROM effective THEN 'exists_with_different_effective_at'
            WHEN currency IS NOT NULL AND NOT (resolves AND currency = '') AND currency <> x_currency
              THEN 'exists_with_different_ledger'
            WHEN NOT (resolves AND code = 0) AND x_code <> code THEN 'exists_with_different_code'
            ELSE 'exists' END
          WHEN failed THEN 'id_already_failed'
        END AS seen_before,
        CASE
          WHEN flags & 12 = 12 OR (resolves AND flags & 242 <> 0) THEN 'flags_are_mutually_exclusive'
          WHEN resolves AND pending IS NULL THEN 'pending_id_must_not_be_zero'
          WHEN resolves AND pending = top THEN 'pending_id_must_not_be_int_max'
          WHEN resolves AND pending = id THEN 'pending_id_must_be_different'
          WHEN NOT resolves AND debit IS NULL THEN 'debit_account_id_must_not_be_zero'
          WHEN NOT resolves AND debit = top THEN 'debit_account_id_must_not_be_int_max'
          WHEN NOT resolves AND credit IS NULL THEN 'credit_account_id_must_not_be_zero'
          WHEN NOT resolves AND credit = top THEN 'credit_account_id_must_not_be_int_max'
          WHEN NOT resolves AND debit = credit THEN 'accounts_must_be_different'
          WHEN NOT resolves AND pending IS NOT NULL THEN 'pending_id_must_be_zero'
          WHEN flags & 2 = 0 AND timeout <> 0 THEN 'timeout_reserved_for_pending_transfer'
          WHEN timeout < 0 THEN 'timeout_must_not_be_negative'
          WHEN flags & 2 = 0 AND flags & 192 <> 0 THEN 'closing_transfer_must_be_pending'
        END AS contradictory,
        CASE
          WHEN resolves AND NOT q_found THEN 'pending_transfer_not_found'
          WHEN resolves AND q_flags & 2 = 0 THEN 'pending_transfer_not_pending'
          WHEN resolves AND debit <> q_debit THEN 'pending_transfer_has_different_debit_account_id'
          WHEN resolves AND credit <> q_credit THEN 'pending_transfer_has_different_credit_account_id'
          WHEN resolves AND currency <> '' AND currency <> d_currency THEN 'pending_transfer_has_different_ledger'
          WHEN resolves AND code <> 0 AND code <> q_code THEN 'pending_transfer_has_different_code'
          WHEN amt < 0 OR amt IS NULL AND NOT resolves THEN 'amount_must_not_be_negative'
          WHEN resolves AND amt > q_amount THEN 'exceeds_pending_transfer_amount'
          WHEN flags & 8 <> 0 AND amt <> q_amount THEN 'pending_transfer_has_different_amount'
          WHEN resolves AND resolved_by & 4 <> 0 THEN 'pending_transfer_already_posted'
          WHEN resolves AND resolved_by & 8 <> 0 THEN 'pending_transfer_already_voided'
          WHEN resolves AND (resolved_by IS NOT NULL OR q_timeout > 0 AND expires_at <= p_now)
            THEN 'pending_transfer_expired'
        END AS unresolvable,
        CASE
          WHEN NOT resolves AND currency = '' THEN 'ledger_must_not_be_zero'
          WHEN NOT resolves AND code <= 0 THEN 'code_must_not_be_zero'
          WHEN d_no IS NULL THEN 'debit_account_not_found'
          WHEN c_no IS NULL THEN 'credit_account_not_found'
          WHEN d_currency <> c_currency THEN 'accounts_must_have_the_same_ledger'
          WHEN NOT resolves AND currency <> d_currency THEN 'transfer_must_have_the_same_ledger_as_accounts'
          WHEN flags & 8 = 0 AND d_closed THEN 'debit_account_already_closed'
          WHEN flags & 8 = 0 AND c_closed THEN 'credit_account_already_closed'
        END AS accounts_unfit,
        CASE
          WHEN resolves THEN NULL
          WHEN flags & 2 <> 0 AND amt > whole - d_dp THEN 'overflows_debits_pending'
          WHEN flags & 2 <> 0 AND amt > whole - c_cp THEN 'overflows_credits_pending'
          WHEN amt > whole - d_d THEN 'overflows_debits_posted'
          WHEN amt > whole - c_c THEN 'overflows_credits_posted'
          WHEN amt > whole - d_d - d_dp THEN 'overflows_debits'
          WHEN amt > whole - c_c - c_cp THEN 'overflows_credits'
          WHEN timeout > 0 AND p_now + timeout * interval '1 second' >= last_moment THEN 'overflows_timeout'
        END AS out_of_range
    ) k
  ), legs AS MATERIALIZED (
    SELECT ord, d_no AS no, pd AS dp, qd AS d, 0::bigint AS cp, 0::bigint AS c, true AS dr,
      eff AS d_eff, NULL::timestamptz AS c_eff,
      CASE WHEN flags & 64 <> 0 THEN 1 WHEN flags & 8 <> 0 AND q_flags & 64 <> 0 THEN -1 ELSE 0 END AS closing
    FROM v WHERE verdict = 'created'
    UNION ALL
    SELECT ord, c_no, 0, 0, pd, qd, false, NULL, eff,
      CASE WHEN flags & 128 <> 0 THEN 1 WHEN flags & 8 <> 0 AND q_flags & 128 <> 0 THEN -1 ELSE 0 END
    FROM v WHERE verdict = 'created'
  ), w AS MATERIALIZED (
    SELECT l.ord, l.dr,
      a.debits_pending + ledger.sum_bigint(l.dp) OVER h AS dp, a.debits_posted + ledger.sum_bigint(l.d) OVER h AS d,
      a.credits_pending + ledger.sum_bigint(l.cp) OVER h AS cp, a.credits_posted + ledger.sum_bigint(l.c) OVER h AS c,
      greatest(a.debit_effective_at, max(l.d_eff) OVER h) AS d_eff,
      greatest(a.credit_effective_at, max(l.c_eff) OVER h) AS c_eff
    FROM legs l JOIN a ON a.no = l.no
    WINDOW h AS (PARTITION BY l.no ORDER BY l.ord ROWS UNBOUNDED PRECEDING)
  ), z AS MATERIALIZED (
    SELECT v.*, wd.dp AS wd_dp, wd.d AS wd_d, wc.cp AS wc_cp, wc.c AS wc_c,
      CASE WHEN v.eff < wd.d_eff THEN 8192 ELSE 0 END | CASE WHEN v.eff < wc.c_eff THEN 16384 ELSE 0 END AS late,
      CASE
        WHEN v.verdict <> 'created' OR v.resolves THEN v.verdict
        WHEN v.d_flags & 2 <> 0 AND wd.dp + wd.d > wd.c THEN 'exceeds_credits'
        WHEN v.c_flags & 4 <> 0 AND wc.cp + wc.c > wc.d THEN 'exceeds_debits'
        ELSE 'created' END AS final
    FROM v LEFT JOIN w wd ON wd.ord = v.ord AND wd.dr LEFT JOIN w wc ON wc.ord = v.ord AND NOT wc.dr
  ), stop AS MATERIALIZED (
    SELECT ord, coalesce(CASE WHEN chained THEN chain END, ord) AS cut, final FROM z
    WHERE final <> 'created' AND (chained OR verdict = 'created') ORDER BY ord LIMIT 1
  ), done AS MATERIALIZED (
    SELECT z.* FROM z WHERE z.final = 'created' AND z.ord < coalesce((SELECT cut FROM stop), p_hi + 1) ORDER BY z.ord
  ), posted AS (
    INSERT INTO ledger.transfer (seq, recorded_at, effective_at, debit_no, credit_no, amount,
      debit_pending, debit_posted, credit_pending, credit_posted,
      id, timeout_seconds, code, flags, journal_id, pending_id)
    SELECT nextval('ledger.transfer_seq'), p_now + ord * interval '1 microsecond',
      eff, d_no, c_no, amt, wd_dp, wd_d, wc_cp, wc_c,
      id, timeout, CASE WHEN resolves THEN q_code ELSE code END, flags | late,
      CASE WHEN resolves THEN coalesce(journal, q_journal) ELSE journal END, pending
    FROM done
  ), counted AS (
    UPDATE ledger.account t SET debits_pending = t.debits_pending + s.dp, debits_posted = t.debits_posted + s.d,
      credits_pending = t.credits_pending + s.cp, credits_posted = t.credits_posted + s.c,
      last_recorded_at = p_now + s.ord * interval '1 microsecond',
      debit_effective_at = greatest(t.debit_effective_at, s.d_eff),
      credit_effective_at = greatest(t.credit_effective_at, s.c_eff),
      closed = CASE WHEN s.closing = 0 THEN t.closed ELSE s.closing > 0 END
    FROM (
      SELECT no, ledger.sum_bigint(dp) AS dp, ledger.sum_bigint(d) AS d, ledger.sum_bigint(cp) AS cp,
        ledger.sum_bigint(c) AS c, max(ord) AS ord, max(d_eff) AS d_eff, max(c_eff) AS c_eff, sum(closing) AS closing
      FROM legs WHERE ord IN (SELECT ord FROM done) GROUP BY no
    ) s
    WHERE t.no = s.no AND t.no = ANY (p_nos)
  ), timed AS (
    INSERT INTO ledger.pending_timeout (transfer_id, expires_at)
    SELECT id, p_now + ord * interval '1 microsecond' + timeout * interval '1 second' FROM done WHERE timeout > 0
  ), untimed AS (
    DELETE FROM ledger.pending_timeout
    WHERE transfer_id = ANY (v_pendings) AND transfer_id IN (SELECT pending FROM done WHERE resolves)
  ), remembered AS (
    INSERT INTO ledger.failed_id (id, failed_at)
    SELECT id, p_now FROM z WHERE ledger.is_transient(verdict) AND NOT chained
      AND ord < coalesce((SELECT cut FROM stop), p_hi + 1)
    ON CONFLICT DO NOTHING
  )
  SELECT array_agg(z.final ORDER BY z.ord), (SELECT ord FROM stop), (SELECT final FROM stop),
    coalesce((SELECT bool_or(late <> 0) FROM done), false)
  INTO codes, stopped_at, stopped_code, some_late FROM z;
END $$;

revoke execute on function ledger.apply_run from public;
