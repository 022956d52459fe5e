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
