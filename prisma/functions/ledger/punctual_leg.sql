-- The last punctual leg of one side recorded at p_x or before; nulls when there is none.
CREATE OR REPLACE FUNCTION ledger.punctual_leg(p_no bigint, p_debit boolean, p_x timestamptz) RETURNS ledger.leg
  LANGUAGE plpgsql STABLE AS $$
DECLARE v_leg ledger.leg; v_late boolean; v_x timestamptz := p_x;
BEGIN
  FOR attempt IN 1 .. 2 LOOP
    IF p_debit THEN
      SELECT t.recorded_at, t.effective_at, t.debit_pending, t.debit_posted, t.flags & 8192 <> 0
      INTO v_leg.recorded_at, v_leg.effective_at, v_leg.pending, v_leg.posted, v_late FROM ledger.transfer t
      WHERE t.debit_no = p_no AND t.recorded_at <= v_x ORDER BY t.recorded_at DESC LIMIT 1;
    ELSE
      SELECT t.recorded_at, t.effective_at, t.credit_pending, t.credit_posted, t.flags & 16384 <> 0
      INTO v_leg.recorded_at, v_leg.effective_at, v_leg.pending, v_leg.posted, v_late FROM ledger.transfer t
      WHERE t.credit_no = p_no AND t.recorded_at <= v_x ORDER BY t.recorded_at DESC LIMIT 1;
    END IF;
    IF NOT coalesce(v_late, false) THEN RETURN v_leg; END IF;
    -- A late one knows the punctual one before it.
    SELECT l.anchor_at INTO v_x FROM ledger.late_leg l
      WHERE l.account_no = p_no AND l.is_debit = p_debit AND l.recorded_at = v_leg.recorded_at;
  END LOOP;
  RAISE EXCEPTION 'ledger: late legs of account % are broken at %', p_no, p_x;
END $$;

revoke execute on function ledger.punctual_leg from public;
