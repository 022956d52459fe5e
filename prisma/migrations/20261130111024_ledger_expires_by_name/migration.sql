-- Expired pending transfers are released by name, so that one that cannot be released does not keep the others.
CREATE FUNCTION ledger.expire_these(p_due uuid[]) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET jit = off AS $$
DECLARE
  v_done uuid[] := '{}'; v_now timestamptz; v_last timestamptz; v_count integer := 0;
  t ledger.transfer; d record; c record; v_at timestamptz; v_id uuid; v_nos bigint[];
  v_debit_before timestamptz; v_credit_before timestamptz;
BEGIN
  IF public.scope_kind() NOT IN ('system', 'operator') AND NOT pg_has_role(session_user, current_user, 'member') THEN
    RAISE EXCEPTION 'ledger.expire_these needs a scope that may post' USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT array_agg(l.no), max(l.last_recorded_at) INTO v_nos, v_last FROM (
    SELECT a.no, a.last_recorded_at FROM ledger.account a WHERE a.no IN (
      SELECT unnest(ARRAY[y.debit_no, y.credit_no]) FROM ledger.transfer y WHERE y.id = ANY (p_due))
    ORDER BY a.id FOR NO KEY UPDATE) l;
  IF v_nos IS NULL THEN RETURN 0; END IF;
  v_now := greatest(ledger.clock(), v_last);
  -- Whoever posted, voided or expired one of them meanwhile has taken it off the list.
  FOR t IN SELECT y.* FROM ledger.transfer y JOIN ledger.pending_timeout q ON q.transfer_id = y.id
    WHERE y.id = ANY (p_due) AND q.expires_at <= ledger.clock() ORDER BY q.expires_at, y.seq LOOP
    v_count := v_count + 1;
    v_at := v_now + v_count * interval '1 microsecond';
    v_id := ledger.new_id();
    v_done := v_done || v_id;
    SELECT a.debit_effective_at INTO STRICT v_debit_before FROM ledger.account a WHERE a.no = t.debit_no;
    SELECT a.credit_effective_at INTO STRICT v_credit_before FROM ledger.account a WHERE a.no = t.credit_no;
    UPDATE ledger.account SET debits_pending = debits_pending - t.amount, last_recorded_at = v_at,
      debit_effective_at = greatest(debit_effective_at, v_at), closed = closed AND t.flags & 64 = 0
      WHERE no = t.debit_no RETURNING debits_pending, debits_posted INTO STRICT d;
    UPDATE ledger.account SET credits_pending = credits_pending - t.amount, last_recorded_at = v_at,
      credit_effective_at = greatest(credit_effective_at, v_at), closed = closed AND t.flags & 128 = 0
      WHERE no = t.credit_no RETURNING credits_pending, credits_posted INTO STRICT c;
    INSERT INTO ledger.transfer (seq, recorded_at, effective_at, debit_no, credit_no, amount,
      debit_pending, debit_posted, credit_pending, credit_posted,
      id, timeout_seconds, code, flags, journal_id, pending_id)
    VALUES (nextval('ledger.transfer_seq'), v_at, v_at, t.debit_no, t.credit_no, t.amount,
      d.debits_pending, d.debits_posted, c.credits_pending, c.credits_posted,
      v_id, 0, t.code, 4096 | CASE WHEN v_at < v_debit_before THEN 8192 ELSE 0 END
        | CASE WHEN v_at < v_credit_before THEN 16384 ELSE 0 END, t.journal_id, t.id);
    DELETE FROM ledger.pending_timeout WHERE transfer_id = t.id;
  END LOOP;
  PERFORM ledger.note_late(v_done, v_now, v_nos);
  RETURN v_count;
END $$;
REVOKE EXECUTE ON FUNCTION ledger.expire_these(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.expire_these(uuid[]) TO purse_app;

-- Releases what expired pending transfers still hold: one transfer of kind expiry for each. Gives how many.
CREATE OR REPLACE FUNCTION ledger.expire_pending(p_limit integer DEFAULT 100) RETURNS integer
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT ledger.expire_these(ARRAY(SELECT transfer_id FROM ledger.pending_timeout WHERE expires_at <= ledger.clock()
    ORDER BY expires_at LIMIT greatest(p_limit, 0)))
$$;
