-- A function may call one that stands further down.
set local check_function_bodies = off;

-- prisma/functions/ledger/apply_run.sql
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

-- prisma/functions/ledger/chains_of.sql
-- The chains of a batch: for each event the place of the first of its chain (null when it stands alone) and of the last.
CREATE OR REPLACE FUNCTION ledger.chains_of(p_flags smallint[], OUT chain integer[], OUT ends integer[]) LANGUAGE sql AS $$
  SELECT array_agg(CASE WHEN y.size > 1 THEN y.first END ORDER BY y.ord), array_agg(y.first + y.size - 1 ORDER BY y.ord)
  FROM (
    SELECT s.ord, s.first, count(*) OVER (PARTITION BY s.first)::integer AS size FROM (
      SELECT q.ord, max(CASE WHEN q.starts THEN q.ord END) OVER (ORDER BY q.ord)::integer AS first FROM (
        SELECT u.ord, u.ord = 1 OR coalesce(p_flags[u.ord - 1], 0::smallint) & 1 = 0 AS starts
        FROM generate_series(1, cardinality(p_flags)) AS u(ord)) q) s) y
$$;

revoke execute on function ledger.chains_of from public;

-- prisma/functions/ledger/cuts_of.sql
-- Where a batch must be cut into runs. `breaks`: the event refers to an earlier one of the batch, or its amount or effect
-- depends on the running state, so that it begins a run. `alone`: its chain cannot be judged set-wise.
-- p_solo: every event depends on the running state; p_closing: some pending transfer in play closes an account;
-- p_open: the last chain of the batch has no end.
CREATE OR REPLACE FUNCTION ledger.cuts_of(
  p_id uuid[], p_pending uuid[], p_flags smallint[], p_chain integer[], p_solo boolean, p_closing boolean, p_open boolean,
  OUT breaks boolean[], OUT alone boolean[]
) LANGUAGE sql AS $$
  SELECT array_agg(y.again OR y.solo ORDER BY y.ord), array_agg(y.alone ORDER BY y.ord)
  FROM (
    SELECT q.ord, q.again, q.solo,
      bool_or(q.solo OR q.again AND q.ord > q.first OR q.last_of_open) OVER (PARTITION BY q.first) AS alone
    FROM (
      SELECT u.ord, coalesce(p_chain[u.ord], u.ord) AS first, p_open AND u.ord = cardinality(p_id) AS last_of_open,
        row_number() OVER (PARTITION BY u.id ORDER BY u.ord) > 1
          OR u.pending IS NOT NULL AND (row_number() OVER (PARTITION BY u.pending ORDER BY u.ord) > 1
            OR u.pending IN (SELECT i FROM unnest(p_id) AS i WHERE i IS NOT NULL)) AS again,
        p_solo OR coalesce(u.flags, 0::smallint) & 240 <> 0 OR u.pending IS NOT NULL AND p_closing AS solo
      FROM unnest(p_id, p_pending, p_flags) WITH ORDINALITY AS u(id, pending, flags, ord)) q) y
$$;

revoke execute on function ledger.cuts_of from public;

-- prisma/functions/ledger/post_chain.sql
-- Posts the chain first..last event by event inside a subtransaction, because it cannot be judged set-wise: all of it
-- stands or none. Gives a code for each of its events. p_open: the chain has no end, so it fails at its last event.
CREATE OR REPLACE FUNCTION ledger.post_chain(
  p_first integer, p_last integer, p_open boolean, p_now timestamptz, p_nos bigint[],
  p_id uuid[], p_debit uuid[], p_credit uuid[], p_amount bigint[], p_code smallint[], p_flags smallint[],
  p_pending uuid[], p_timeout integer[], p_currency text[], p_journal uuid[], p_effective timestamptz[],
  p_recorded timestamptz[], p_chain integer[],
  OUT codes text[], OUT some_late boolean
) LANGUAGE plpgsql AS $$
DECLARE
  size CONSTANT integer := p_last - p_first + 1;
  failed integer; r record;
BEGIN
  codes := '{}';
  some_late := false;
  BEGIN
    FOR i IN 1 .. size LOOP
      IF p_open AND i = size THEN
        codes[i] := 'linked_event_chain_open';
      ELSE
        r := ledger.apply_run(p_first + i - 1, p_first + i - 1, p_now, p_nos, true, p_id, p_debit, p_credit, p_amount,
          p_code, p_flags, p_pending, p_timeout, p_currency, p_journal, p_effective, p_recorded, p_chain);
        codes[i] := r.codes[1];
        some_late := some_late OR r.some_late;
      END IF;
      IF codes[i] <> 'created' THEN failed := i; EXIT; END IF;
    END LOOP;
    IF failed IS NOT NULL AND size > 1 THEN RAISE EXCEPTION 'chain' USING ERRCODE = 'PL001'; END IF;
  EXCEPTION WHEN SQLSTATE 'PL001' THEN NULL;
  END;
  IF failed IS NULL THEN RETURN; END IF;
  FOR i IN 1 .. size LOOP
    IF i <> failed THEN codes[i] := 'linked_event_failed'; END IF;
  END LOOP;
  IF p_open THEN codes[size] := 'linked_event_chain_open'; END IF;
  IF ledger.is_transient(codes[failed]) THEN
    INSERT INTO ledger.failed_id (id, failed_at) VALUES (p_id[p_first + failed - 1], p_now) ON CONFLICT DO NOTHING;
  END IF;
END $$;

revoke execute on function ledger.post_chain from public;

-- prisma/functions/ledger/post_plain.sql
-- Chooses the shape of a plain batch: one hot account on the debit or on the credit side with every other account once,
-- or general; and of each the punctual one, where nothing is older in business time (p_latest: the newest of the locked
-- accounts) than what stands or is before it. True when all of it stands, false when nothing does (see `post_transfers`).
CREATE OR REPLACE FUNCTION ledger.post_plain(
  p_now timestamptz, p_latest timestamptz,
  p_id uuid[], p_debit uuid[], p_credit uuid[], p_amount bigint[], p_code smallint[], p_flags smallint[],
  p_pending uuid[], p_timeout integer[], p_currency text[], p_journal uuid[], p_effective timestamptz[],
  p_nos bigint[], p_tids tid[]
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  hot CONSTANT boolean := cardinality(p_nos) = cardinality(p_id) + 1;
  hot_debit CONSTANT boolean := hot AND p_debit[1] = ALL (p_debit);
  hot_credit CONSTANT boolean := hot AND p_credit[1] = ALL (p_credit);
  punctual CONSTANT boolean := CASE WHEN p_effective IS NULL THEN p_latest <= p_now
    ELSE p_effective[1] >= p_latest AND array_position(p_effective, NULL) IS NULL
      AND (p_effective[1] = ALL (p_effective) OR p_effective = ARRAY(SELECT x FROM unnest(p_effective) AS x ORDER BY x)) END;
BEGIN
  IF punctual THEN
    RETURN CASE
      WHEN hot_debit THEN ledger.post_plain_punctual_hot_debit(p_now, p_id,
        p_debit, p_credit, p_amount, p_code, p_flags, p_timeout, p_currency, p_journal, p_effective, p_tids)
      WHEN hot_credit THEN ledger.post_plain_punctual_hot_credit(p_now, p_id,
        p_debit, p_credit, p_amount, p_code, p_flags, p_timeout, p_currency, p_journal, p_effective, p_tids)
      ELSE ledger.post_plain_punctual_general(p_now, p_id,
        p_debit, p_credit, p_amount, p_code, p_flags, p_timeout, p_currency, p_journal, p_effective, p_tids) END;
  END IF;
  RETURN CASE
    WHEN hot_debit THEN ledger.post_plain_hot_debit(p_now, p_id, p_debit, p_credit,
      p_amount, p_code, p_flags, p_pending, p_timeout, p_currency, p_journal, p_effective, p_nos, p_tids)
    WHEN hot_credit THEN ledger.post_plain_hot_credit(p_now, p_id, p_debit, p_credit,
      p_amount, p_code, p_flags, p_pending, p_timeout, p_currency, p_journal, p_effective, p_nos, p_tids)
    ELSE ledger.post_plain_general(p_now, p_id, p_debit, p_credit,
      p_amount, p_code, p_flags, p_pending, p_timeout, p_currency, p_journal, p_effective, p_nos, p_tids) END;
END $$;

revoke execute on function ledger.post_plain from public;

-- prisma/functions/ledger/post_runs.sql
-- Posts a batch that is not plain in runs, each judged and applied set-wise by `apply_run`, and what cannot be judged so
-- event by event by `post_chain`; one code per event, in order. The caller has locked the accounts p_nos. p_room: their
-- counters are far from the range of bigint; p_refers: an event resolves another one of the batch; p_pending_flags: of
-- all pending transfers that are resolved.
CREATE OR REPLACE FUNCTION ledger.post_runs(
  p_now timestamptz, p_nos bigint[], p_room boolean, p_refers boolean, p_pending_flags integer,
  p_id uuid[], p_debit uuid[], p_credit uuid[], p_amount bigint[], p_code smallint[], p_flags smallint[],
  p_pending uuid[], p_timeout integer[], p_currency text[], p_journal uuid[], p_effective timestamptz[],
  p_recorded timestamptz[]
) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
  n CONSTANT integer := cardinality(p_id);
  v_open CONSTANT boolean := coalesce(p_flags[n], 0::smallint) & 1 <> 0;
  v_flags integer; v_distinct bigint; v_pendings bigint; v_distinct_pending bigint; v_modest boolean;
  v_simple boolean; v_late boolean := false;
  v_chain integer[]; v_end integer[]; v_break boolean[]; v_alone boolean[];
  codes text[] := '{}';
  -- A run that had to stop is followed by shorter ones, so that many failures do not judge the rest again and again.
  pos integer := 1; hi integer; first integer; last integer; width integer := 2147483647;
  r record;
BEGIN
  SELECT coalesce(bit_or(u.flags::integer), 0), count(DISTINCT u.id), count(u.pending), count(DISTINCT u.pending),
    coalesce(max(u.amount) FILTER (WHERE coalesce(u.flags, 0::smallint) & 12 = 0), 0) < 1152921504606846976 / n
  INTO v_flags, v_distinct, v_pendings, v_distinct_pending, v_modest
  FROM unnest(p_id, p_flags, p_pending, p_amount) AS u(id, flags, pending, amount);

  v_simple := v_distinct = n AND v_flags & 240 = 0 AND v_distinct_pending = v_pendings AND NOT p_refers
    AND p_pending_flags & 192 = 0 AND v_modest AND p_room AND NOT v_open;
  IF v_flags & 1 <> 0 THEN SELECT c.chain, c.ends INTO v_chain, v_end FROM ledger.chains_of(p_flags) c; END IF;
  IF NOT v_simple THEN
    SELECT c.breaks, c.alone INTO v_break, v_alone FROM ledger.cuts_of(p_id, p_pending, p_flags, v_chain,
      NOT v_modest OR NOT p_room, (p_pending_flags | v_flags) & 192 <> 0, v_open) c;
  END IF;

  WHILE pos <= n LOOP
    last := coalesce(v_end[pos], pos);
    IF NOT v_simple AND v_alone[pos] THEN
      r := ledger.post_chain(pos, last, v_open AND last = n, p_now, p_nos, p_id, p_debit, p_credit, p_amount, p_code,
        p_flags, p_pending, p_timeout, p_currency, p_journal, p_effective, p_recorded, v_chain);
      v_late := v_late OR r.some_late;
      codes := codes || r.codes;
      pos := last + 1;
      CONTINUE;
    END IF;

    hi := n;
    IF NOT v_simple OR width < n THEN
      hi := last;
      WHILE hi < n AND hi - pos < width AND (v_simple OR NOT (v_break[hi + 1] OR v_alone[hi + 1])) LOOP
        hi := coalesce(v_end[hi + 1], hi + 1);
      END LOOP;
    END IF;
    r := ledger.apply_run(pos, hi, p_now, p_nos, false, p_id, p_debit, p_credit, p_amount, p_code, p_flags,
      p_pending, p_timeout, p_currency, p_journal, p_effective, p_recorded, v_chain);
    v_late := v_late OR r.some_late;
    IF r.stopped_at IS NULL THEN
      codes := codes || r.codes;
      pos := hi + 1;
      width := CASE WHEN width < 1048576 THEN width * 2 ELSE width END;
    ELSE
      first := coalesce(v_chain[r.stopped_at], r.stopped_at);
      last := coalesce(v_end[r.stopped_at], r.stopped_at);
      codes := codes || r.codes[1:first - pos];
      FOR i IN first .. last LOOP
        codes[i] := CASE WHEN i = r.stopped_at THEN r.stopped_code ELSE 'linked_event_failed' END;
      END LOOP;
      IF ledger.is_transient(r.stopped_code) THEN
        INSERT INTO ledger.failed_id (id, failed_at) VALUES (p_id[r.stopped_at], p_now) ON CONFLICT DO NOTHING;
      END IF;
      pos := last + 1;
      width := 32;
    END IF;
  END LOOP;
  IF v_late THEN PERFORM ledger.note_late(p_id, p_now, p_nos); END IF;
  RETURN codes;
END $$;

revoke execute on function ledger.post_runs from public;

-- prisma/functions/ledger/post_transfers.sql
-- Posts a batch: parallel arrays in, one result code per event out, in order. Only a chain of linked events
-- (flag 1) is all-or-nothing. Arrays left out count as nulls. Amount null posts a pending transfer in full.
-- It locks the accounts and chooses: `post_plain` when the whole batch may well be plain, otherwise `post_runs`.
-- Raises insufficient_privilege for a scope that may not post, invalid_parameter_value for arrays of different length.
CREATE OR REPLACE FUNCTION ledger.post_transfers(
  p_id uuid[], p_debit uuid[], p_credit uuid[], p_amount bigint[], p_code smallint[],
  p_flags smallint[] DEFAULT NULL::smallint[], p_pending uuid[] DEFAULT NULL::uuid[],
  p_timeout integer[] DEFAULT NULL::integer[], p_currency text[] DEFAULT NULL::text[],
  p_journal uuid[] DEFAULT NULL::uuid[], p_effective timestamptz[] DEFAULT NULL::timestamptz[],
  p_recorded timestamptz[] DEFAULT NULL::timestamptz[]
) RETURNS text[] LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog
  SET plan_cache_mode = force_generic_plan
  SET enable_seqscan = off
  SET enable_nestloop = off
  SET jit = off
AS $$
DECLARE
  n CONSTANT integer := coalesce(cardinality(p_id), 0);
  v_resolving boolean; v_refers boolean := false; v_pending_flags integer := 0;
  v_accounts uuid[]; v_nos bigint[]; v_tids tid[]; v_last timestamptz; v_room boolean; v_now timestamptz;
  v_hot_account uuid; v_latest timestamptz;
BEGIN
  IF public.scope_kind() NOT IN ('system', 'operator', 'merchant', 'device')
    AND NOT pg_has_role(session_user, current_user, 'member') THEN
    RAISE EXCEPTION 'ledger.post_transfers needs a scope that may post' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF n = 0 THEN RETURN '{}'; END IF;
  IF cardinality(p_debit) <> n OR cardinality(p_credit) <> n OR cardinality(p_amount) <> n OR cardinality(p_code) <> n
    OR coalesce(cardinality(p_flags), n) <> n OR coalesce(cardinality(p_pending), n) <> n
    OR coalesce(cardinality(p_timeout), n) <> n OR coalesce(cardinality(p_currency), n) <> n
    OR coalesce(cardinality(p_journal), n) <> n OR coalesce(cardinality(p_effective), n) <> n
    OR coalesce(cardinality(p_recorded), n) <> n THEN
    RAISE EXCEPTION 'ledger.post_transfers: the arrays differ in length' USING ERRCODE = 'invalid_parameter_value';
  END IF;

  -- One hot account on a side is the usual case; it need not be looked up a thousand times.
  v_accounts := CASE WHEN p_debit[1] = ALL (p_debit) THEN p_debit[1:1] ELSE p_debit END
    || CASE WHEN p_credit[1] = ALL (p_credit) THEN p_credit[1:1] ELSE p_credit END;
  v_resolving := p_pending IS NOT NULL AND array_remove(p_pending, NULL) <> '{}';
  IF v_resolving THEN
    SELECT v_accounts || coalesce(array_agg(y.id), '{}'), coalesce(bit_or(y.flags::integer), 0)
    INTO v_accounts, v_pending_flags FROM (
      SELECT unnest(ARRAY[(SELECT a.id FROM ledger.account a WHERE a.no = t.debit_no),
        (SELECT a.id FROM ledger.account a WHERE a.no = t.credit_no)]) AS id, t.flags
      FROM ledger.transfer t WHERE t.id = ANY (p_pending)) y;
    v_refers := EXISTS (SELECT 1 FROM unnest(p_pending) AS q(id) JOIN unnest(p_id) AS i(id) ON q.id = i.id);
  END IF;

  -- Whoever waits for a hot account waits here, with no row locked and no row seen. Waiting for its row instead, one
  -- would wake with a snapshot from before, in which every other account of the last batch is old and is read again
  -- one by one. A transaction that holds something already must not wait here: others may wait for what it holds.
  v_hot_account := CASE WHEN n = 1 THEN NULL WHEN p_debit[1] = ALL (p_debit) THEN p_debit[1]
    WHEN p_credit[1] = ALL (p_credit) THEN p_credit[1] END;
  IF v_hot_account IS NOT NULL AND pg_current_xact_id_if_assigned() IS NULL THEN
    PERFORM pg_advisory_xact_lock(hashtextextended('ledger.post ' || v_hot_account, 0));
  END IF;

  SELECT array_agg(l.no), array_agg(l.ctid), max(l.last_recorded_at), bool_and(l.room), max(l.latest)
  INTO v_nos, v_tids, v_last, v_room, v_latest FROM (
    SELECT a.no, a.ctid, a.last_recorded_at, greatest(a.debit_effective_at, a.credit_effective_at) AS latest,
      greatest(a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted) < 1152921504606846976 AS room
    FROM ledger.account a WHERE a.id = ANY (v_accounts) ORDER BY a.id FOR NO KEY UPDATE) l;
  v_nos := coalesce(v_nos, '{}');
  v_now := greatest(ledger.clock(), v_last);

  IF v_room AND NOT v_resolving AND coalesce(p_flags[n], 0::smallint) & 1 = 0 AND p_recorded IS NULL
    AND v_now < '9000-01-01' AND NOT EXISTS (SELECT 1 FROM ledger.failed_id f WHERE f.id = ANY (p_id))
  THEN
    IF ledger.post_plain(v_now, v_latest, p_id, p_debit, p_credit, p_amount, p_code, p_flags, p_pending, p_timeout,
      p_currency, p_journal, p_effective, v_nos, v_tids)
    THEN
      RETURN array_fill('created'::text, ARRAY[n]);
    END IF;
  END IF;
  RETURN ledger.post_runs(v_now, v_nos, coalesce(v_room, true), v_refers, v_pending_flags, p_id, p_debit, p_credit,
    p_amount, p_code, p_flags, p_pending, p_timeout, p_currency, p_journal, p_effective, p_recorded);
END $$;

revoke execute on function ledger.post_transfers from public;
grant execute on function ledger.post_transfers to purse_app;
