-- One side's two counters over all transfers of business time p_at or before, as known now. Along the punctual legs
-- business time rises with ledger time, so the last one that counts is found by search in the index, not by scan.
CREATE OR REPLACE FUNCTION ledger.side_effective_at(p_no bigint, p_debit boolean, p_at timestamptz,
  OUT pending numeric, OUT posted bigint)
  LANGUAGE plpgsql STABLE AS $$
DECLARE
  lo ledger.leg; hi ledger.leg; mid ledger.leg;
  x_lo timestamptz := p_at; x timestamptz; step interval; turn integer := 0;
  s integer; bucket_now bigint; bucket_from bigint; more_pending numeric; more_posted bigint;
  next_at timestamptz; next_late boolean;
BEGIN
  -- Business time is mostly a little behind ledger time: start where they would be equal and look around from there.
  mid := ledger.punctual_leg(p_no, p_debit, p_at);
  IF mid.effective_at > p_at THEN
    hi := mid;
    step := greatest(hi.effective_at - p_at, interval '1 second');
    LOOP
      x_lo := p_at - step;
      mid := ledger.punctual_leg(p_no, p_debit, x_lo);
      EXIT WHEN mid.recorded_at IS NULL;
      IF mid.effective_at <= p_at THEN lo := mid; EXIT; END IF;
      hi := mid;
      step := greatest(step * 4, p_at - hi.recorded_at);
    END LOOP;
  ELSE
    lo := mid;
    -- Mostly the very next leg is past the moment already, and so is every punctual one after it.
    IF p_debit THEN
      SELECT t.effective_at, t.flags & 8192 <> 0 INTO next_at, next_late FROM ledger.transfer t
      WHERE t.debit_no = p_no AND t.recorded_at > p_at ORDER BY t.recorded_at LIMIT 1;
    ELSE
      SELECT t.effective_at, t.flags & 16384 <> 0 INTO next_at, next_late FROM ledger.transfer t
      WHERE t.credit_no = p_no AND t.recorded_at > p_at ORDER BY t.recorded_at LIMIT 1;
    END IF;
    IF next_at IS NOT NULL AND (next_late OR next_at <= p_at) THEN
      mid := ledger.punctual_leg(p_no, p_debit, 'infinity');
    ELSE
      mid := NULL;
    END IF;
    IF mid.recorded_at IS NOT NULL AND mid.effective_at <= p_at THEN
      lo := mid;
    ELSIF mid.recorded_at IS NOT NULL THEN
      hi := mid;
      step := greatest(2 * (p_at - lo.effective_at), interval '10 milliseconds');
      LOOP
        x := x_lo + step;
        EXIT WHEN x >= hi.recorded_at;
        mid := ledger.punctual_leg(p_no, p_debit, x);
        IF mid.effective_at > p_at THEN hi := mid; EXIT; END IF;
        lo := mid;
        x_lo := x;
        step := step * 4;
      END LOOP;
    END IF;
  END IF;
  -- lo counts, or is before the first; hi does not. Close in until nothing is between them.
  WHILE hi.recorded_at IS NOT NULL LOOP
    mid := ledger.punctual_leg(p_no, p_debit, hi.recorded_at - interval '1 microsecond');
    EXIT WHEN mid.recorded_at IS NOT DISTINCT FROM lo.recorded_at;
    IF mid.effective_at <= p_at THEN lo := mid; EXIT; END IF;
    hi := mid;
    turn := turn + 1;
    x := CASE WHEN turn % 2 = 1 AND lo.recorded_at IS NOT NULL
      THEN lo.recorded_at + (hi.recorded_at - lo.recorded_at) * (extract(epoch FROM p_at - lo.effective_at)
        / greatest(extract(epoch FROM hi.effective_at - lo.effective_at), 0.000001))::double precision
      ELSE x_lo + (hi.recorded_at - x_lo) / 2 END;
    x := least(greatest(x, x_lo), hi.recorded_at - interval '1 microsecond');
    mid := ledger.punctual_leg(p_no, p_debit, x);
    IF mid.effective_at > p_at THEN
      hi := mid;
    ELSE
      lo := mid;
      x_lo := x;
    END IF;
  END LOOP;
  pending := coalesce(lo.pending, 0);
  posted := coalesce(lo.posted, 0);

  IF NOT EXISTS (SELECT 1 FROM ledger.late_leg l WHERE l.account_no = p_no AND l.is_debit = p_debit) THEN RETURN; END IF;
  -- Take out the late legs that lo's counters contain, and put in all late legs up to the moment: whole buckets from
  -- coarse to fine, then the legs of the open minute.
  SELECT -l.pending_sum, -l.posted_sum INTO more_pending, more_posted FROM ledger.late_leg l
  WHERE l.account_no = p_no AND l.is_debit = p_debit AND l.recorded_at <= lo.recorded_at
  ORDER BY l.recorded_at DESC LIMIT 1;
  pending := pending + coalesce(more_pending, 0);
  posted := posted + coalesce(more_posted, 0);
  FOREACH s IN ARRAY ARRAY[2764800, 86400, 3600, 60] LOOP
    bucket_now := floor(extract(epoch FROM p_at) / s)::bigint;
    SELECT sum(z.pending), ledger.sum_bigint(z.posted) INTO more_pending, more_posted
    FROM ledger.late_sum z WHERE z.account_no = p_no AND z.is_debit = p_debit AND z.seconds = s
      AND z.bucket < bucket_now AND z.bucket >= coalesce(bucket_from, z.bucket);
    pending := pending + coalesce(more_pending, 0);
    posted := posted + more_posted;
    bucket_from := bucket_now * s / CASE s WHEN 2764800 THEN 86400 WHEN 86400 THEN 3600 ELSE 60 END;
  END LOOP;
  SELECT sum(l.pending), ledger.sum_bigint(l.posted) INTO more_pending, more_posted
  FROM ledger.late_leg l WHERE l.account_no = p_no AND l.is_debit = p_debit AND l.effective_at <= p_at
    AND l.effective_at >= timestamptz 'epoch' + bucket_now * interval '60 seconds';
  pending := pending + coalesce(more_pending, 0);
  posted := posted + more_posted;
END $$;

revoke execute on function ledger.side_effective_at from public;
