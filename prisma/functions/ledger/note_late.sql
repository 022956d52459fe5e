-- Books the late legs among the transfers p_ids that this call has just posted: those of its locked accounts p_nos
-- that were recorded after p_now. (Others may have been recorded by somebody else meanwhile.)
CREATE OR REPLACE FUNCTION ledger.note_late(p_ids uuid[], p_now timestamptz, p_nos bigint[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog SET enable_seqscan = off SET jit = off AS $$
BEGIN
  WITH t AS MATERIALIZED (
    SELECT y.recorded_at, y.effective_at, y.debit_no, y.credit_no, y.flags,
      CASE WHEN y.flags & 2 <> 0 THEN y.amount WHEN y.pending_id IS NOT NULL
        THEN -(SELECT q.amount FROM ledger.transfer q WHERE q.id = y.pending_id) ELSE 0 END AS pending,
      CASE WHEN y.flags & 4106 = 0 THEN y.amount ELSE 0 END AS posted
    FROM ledger.transfer y
    WHERE y.id = ANY (p_ids) AND y.recorded_at > p_now AND y.debit_no + 0 = ANY (p_nos)
  ), leg AS MATERIALIZED (
    SELECT debit_no AS no, true AS dr, flags & 8192 <> 0 AS late, recorded_at, effective_at, pending, posted FROM t
    UNION ALL
    SELECT credit_no, false, flags & 16384 <> 0, recorded_at, effective_at, pending, posted FROM t
  ), late AS MATERIALIZED (
    SELECT q.*, sum(q.pending) OVER h AS pending_sum, ledger.sum_bigint(q.posted) OVER h AS posted_sum
    FROM (
      SELECT leg.*, max(CASE WHEN leg.late THEN NULL ELSE leg.recorded_at END)
        OVER (PARTITION BY leg.no, leg.dr ORDER BY leg.recorded_at) AS anchor FROM leg) q
    WHERE q.late WINDOW h AS (PARTITION BY q.no, q.dr ORDER BY q.recorded_at ROWS UNBOUNDED PRECEDING)
  ), old AS MATERIALIZED (
    -- The last late leg of each side before this call, and the last punctual one, which a late one would name.
    SELECT k.no, k.dr, b.pending_sum, b.posted_sum,
      CASE WHEN n.late AND n.recorded_at = b.recorded_at THEN b.anchor_at ELSE n.recorded_at END AS anchor
    FROM (SELECT DISTINCT no, dr FROM late) k
    LEFT JOIN LATERAL (SELECT x.* FROM ledger.late_leg x WHERE x.account_no = k.no AND x.is_debit = k.dr
      ORDER BY x.recorded_at DESC LIMIT 1) b ON true
    LEFT JOIN LATERAL (
      (SELECT x.recorded_at, x.flags & 8192 <> 0 AS late FROM ledger.transfer x
        WHERE k.dr AND x.debit_no = k.no AND x.recorded_at <= p_now ORDER BY x.recorded_at DESC LIMIT 1)
      UNION ALL
      (SELECT x.recorded_at, x.flags & 16384 <> 0 FROM ledger.transfer x
        WHERE NOT k.dr AND x.credit_no = k.no AND x.recorded_at <= p_now ORDER BY x.recorded_at DESC LIMIT 1)
    ) n ON true
  ), kept AS (
    INSERT INTO ledger.late_leg (account_no, is_debit, recorded_at, effective_at, anchor_at, pending, posted,
      pending_sum, posted_sum)
    SELECT l.no, l.dr, l.recorded_at, l.effective_at, coalesce(l.anchor, o.anchor), l.pending, l.posted,
      l.pending_sum + coalesce(o.pending_sum, 0), l.posted_sum + coalesce(o.posted_sum, 0)
    FROM late l JOIN old o ON o.no = l.no AND o.dr = l.dr
  )
  INSERT INTO ledger.late_sum AS z (account_no, is_debit, seconds, bucket, pending, posted)
  SELECT l.no, l.dr, w.seconds, floor(extract(epoch FROM l.effective_at) / w.seconds)::bigint,
    sum(l.pending), ledger.sum_bigint(l.posted)
  FROM late l CROSS JOIN (VALUES (60), (3600), (86400), (2764800)) w(seconds)
  GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
  ON CONFLICT (account_no, is_debit, seconds, bucket)
    DO UPDATE SET pending = z.pending + excluded.pending, posted = z.posted + excluded.posted;
END $$;

revoke execute on function ledger.note_late from public;
