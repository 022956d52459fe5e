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
