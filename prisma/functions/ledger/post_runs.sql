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
