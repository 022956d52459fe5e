-- Posts a batch: parallel arrays in, one result code per event out, in order. Only a chain of linked events
-- (flag 1) is all-or-nothing. Arrays left out count as nulls. Amount null posts a pending transfer in full.
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
  small CONSTANT bigint := 1152921504606846976 / greatest(n, 1);
  v_flags integer; v_distinct bigint; v_resolving boolean; v_pendings bigint; v_distinct_pending bigint; v_modest boolean;
  v_refers boolean := false; v_pending_flags integer := 0;
  v_accounts uuid[]; v_nos bigint[]; v_tids tid[]; v_last timestamptz; v_room boolean; v_now timestamptz;
  v_hot_account uuid; v_latest timestamptz; v_punctual boolean;
  v_simple boolean; v_open boolean; v_hot boolean; v_late boolean := false;
  v_chain integer[]; v_end integer[]; v_break boolean[]; v_solo boolean[]; v_complex boolean[];
  codes text[] := '{}';
  pos integer := 1; hi integer; first integer; last integer; width integer := 2147483647;
  r record; failed integer;
BEGIN
  IF public.scope_kind() NOT IN ('system', 'operator', 'merchant', 'device')
    AND NOT pg_has_role(session_user, current_user, 'member') THEN
    RAISE EXCEPTION 'ledger.post_transfers needs a scope that may post' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF n = 0 THEN RETURN codes; END IF;
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

  v_open := coalesce(p_flags[n], 0::smallint) & 1 <> 0;
  IF v_room AND NOT v_open AND NOT v_resolving AND p_recorded IS NULL AND v_now < '9000-01-01'
    AND NOT EXISTS (SELECT 1 FROM ledger.failed_id f WHERE f.id = ANY (p_id))
  THEN
    v_hot := cardinality(v_nos) = n + 1;
    -- In business time nothing is older than what stands, nor than what is before it in the batch.
    v_punctual := CASE WHEN p_effective IS NULL THEN v_latest <= v_now
      ELSE p_effective[1] >= v_latest AND array_position(p_effective, NULL) IS NULL
        AND (p_effective[1] = ALL (p_effective) OR p_effective = ARRAY(SELECT x FROM unnest(p_effective) AS x ORDER BY x)) END;
    IF (CASE
      WHEN v_hot AND v_punctual AND p_debit[1] = ALL (p_debit) THEN ledger.post_plain_punctual_hot_debit(v_now, p_id,
        p_debit, p_credit, p_amount, p_code, p_flags, p_timeout, p_currency, p_journal, p_effective, v_tids)
      WHEN v_hot AND v_punctual AND p_credit[1] = ALL (p_credit) THEN ledger.post_plain_punctual_hot_credit(v_now, p_id,
        p_debit, p_credit, p_amount, p_code, p_flags, p_timeout, p_currency, p_journal, p_effective, v_tids)
      WHEN v_punctual THEN ledger.post_plain_punctual_general(v_now, p_id,
        p_debit, p_credit, p_amount, p_code, p_flags, p_timeout, p_currency, p_journal, p_effective, v_tids)
      WHEN v_hot AND p_debit[1] = ALL (p_debit) THEN ledger.post_plain_hot_debit(v_now, p_id, p_debit, p_credit,
        p_amount, p_code, p_flags, p_pending, p_timeout, p_currency, p_journal, p_effective, v_nos, v_tids)
      WHEN v_hot AND p_credit[1] = ALL (p_credit) THEN ledger.post_plain_hot_credit(v_now, p_id, p_debit, p_credit,
        p_amount, p_code, p_flags, p_pending, p_timeout, p_currency, p_journal, p_effective, v_nos, v_tids)
      ELSE ledger.post_plain_general(v_now, p_id, p_debit, p_credit,
        p_amount, p_code, p_flags, p_pending, p_timeout, p_currency, p_journal, p_effective, v_nos, v_tids) END)
    THEN
      RETURN array_fill('created'::text, ARRAY[n]);
    END IF;
  END IF;

  SELECT coalesce(bit_or(u.flags::integer), 0), count(DISTINCT u.id), count(u.pending), count(DISTINCT u.pending),
    coalesce(max(u.amount) FILTER (WHERE coalesce(u.flags, 0::smallint) & 12 = 0), 0) < small
  INTO v_flags, v_distinct, v_pendings, v_distinct_pending, v_modest
  FROM unnest(p_id, p_flags, p_pending, p_amount) AS u(id, flags, pending, amount);

  v_simple := v_distinct = n AND v_flags & 240 = 0 AND v_distinct_pending = v_pendings AND NOT v_refers
    AND v_pending_flags & 192 = 0 AND v_modest AND coalesce(v_room, true) AND NOT v_open;

  IF v_flags & 1 <> 0 THEN
    SELECT array_agg(CASE WHEN y.size > 1 THEN y.first END ORDER BY y.ord), array_agg(y.first + y.size - 1 ORDER BY y.ord)
    INTO v_chain, v_end FROM (
      SELECT s.ord, s.first, count(*) OVER (PARTITION BY s.first)::integer AS size FROM (
        SELECT q.ord, max(CASE WHEN q.starts THEN q.ord END) OVER (ORDER BY q.ord)::integer AS first FROM (
          SELECT u.ord, u.ord = 1 OR coalesce(p_flags[u.ord - 1], 0::smallint) & 1 = 0 AS starts
          FROM generate_series(1, n) AS u(ord)) q) s) y;
  END IF;

  IF NOT v_simple THEN
    -- Where the run must be cut: an event that refers to an earlier one of the batch, and events whose amount or
    -- effect depends on the running state, which go alone.
    SELECT array_agg(y.again OR y.solo ORDER BY y.ord), array_agg(y.solo ORDER BY y.ord),
      array_agg(y.complex ORDER BY y.ord) INTO v_break, v_solo, v_complex
    FROM (
      SELECT q.ord, q.again, q.solo,
        bool_or(q.solo OR q.again AND q.ord > q.first OR q.last_of_open) OVER (PARTITION BY q.first) AS complex
      FROM (
        SELECT u.ord, coalesce(v_chain[u.ord], u.ord) AS first, v_open AND u.ord = n AS last_of_open,
          row_number() OVER (PARTITION BY u.id ORDER BY u.ord) > 1
            OR u.pending IS NOT NULL AND (row_number() OVER (PARTITION BY u.pending ORDER BY u.ord) > 1
              OR u.pending IN (SELECT i FROM unnest(p_id) AS i WHERE i IS NOT NULL)) AS again,
          NOT v_modest OR NOT coalesce(v_room, true) OR coalesce(u.flags, 0::smallint) & 240 <> 0
            OR u.pending IS NOT NULL AND (v_pending_flags | v_flags) & 192 <> 0 AS solo
        FROM unnest(p_id, p_pending, p_flags) WITH ORDINALITY AS u(id, pending, flags, ord)) q) y;
  END IF;

  WHILE pos <= n LOOP
    last := coalesce(v_end[pos], pos);
    IF NOT v_simple AND v_complex[pos] THEN
      -- A chain that cannot be judged set-wise: event by event inside a subtransaction.
      failed := NULL;
      first := pos;
      BEGIN
        FOR i IN first .. last LOOP
          IF v_open AND i = n THEN
            codes[i] := 'linked_event_chain_open';
          ELSE
            r := ledger.apply_run(i, i, v_now, v_nos, true, p_id, p_debit, p_credit, p_amount, p_code, p_flags,
              p_pending, p_timeout, p_currency, p_journal, p_effective, p_recorded, v_chain);
            codes[i] := r.codes[1];
            v_late := v_late OR r.some_late;
          END IF;
          IF codes[i] <> 'created' THEN failed := i; EXIT; END IF;
        END LOOP;
        IF failed IS NOT NULL AND last > first THEN RAISE EXCEPTION 'chain' USING ERRCODE = 'PL001'; END IF;
      EXCEPTION WHEN SQLSTATE 'PL001' THEN NULL;
      END;
      IF failed IS NOT NULL THEN
        FOR i IN first .. last LOOP
          IF i <> failed THEN codes[i] := 'linked_event_failed'; END IF;
        END LOOP;
        IF v_open AND last = n THEN codes[n] := 'linked_event_chain_open'; END IF;
        IF ledger.is_transient(codes[failed]) THEN
          INSERT INTO ledger.failed_id (id, failed_at) VALUES (p_id[failed], v_now) ON CONFLICT DO NOTHING;
        END IF;
      END IF;
      pos := last + 1;
      CONTINUE;
    END IF;

    hi := n;
    IF NOT v_simple OR width < n THEN
      hi := last;
      WHILE hi < n AND hi - pos < width AND (v_simple OR NOT (v_break[hi + 1] OR v_complex[hi + 1])) LOOP
        hi := coalesce(v_end[hi + 1], hi + 1);
      END LOOP;
    END IF;
    r := ledger.apply_run(pos, hi, v_now, v_nos, false, p_id, p_debit, p_credit, p_amount, p_code, p_flags,
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
        INSERT INTO ledger.failed_id (id, failed_at) VALUES (p_id[r.stopped_at], v_now) ON CONFLICT DO NOTHING;
      END IF;
      pos := last + 1;
      width := 32;
    END IF;
  END LOOP;
  IF v_late THEN PERFORM ledger.note_late(p_id, v_now, v_nos); END IF;
  RETURN codes;
END $$;

revoke execute on function ledger.post_transfers from public;
grant execute on function ledger.post_transfers to purse_app;
