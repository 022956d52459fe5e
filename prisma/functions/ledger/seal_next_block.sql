-- Seals one more block of at most p_limit transfers and as many accounts; gives its height, or null when nothing can
-- be sealed yet. A number drawn from a sequence may be committed later than a higher one, or never. So a block reaches
-- only as far as the sequences stood at a moment whose transactions have all ended since; what is missing then is a
-- gap for good. Accounts wait for the next block with transfers.
CREATE OR REPLACE FUNCTION ledger.seal_next_block(
  p_limit integer DEFAULT 10000
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog
  SET jit = off
AS $$
DECLARE
  top ledger.block; mark ledger.seal_horizon; v_top bigint; v_digests bytea; v_marks bytea;
  v_first bigint; v_last bigint; v_count integer; v_drawn bigint; v_drawn_account bigint; v_previous bytea;
  v_after bigint; v_through bigint; v_account_digests bytea; v_account_marks bytea; v_accounts integer; v_last_account bigint;
BEGIN
  IF public.scope_kind() NOT IN ('system', 'operator')
    AND NOT pg_has_role(session_user, current_user, 'member') THEN
    RAISE EXCEPTION 'ledger.seal_next_block needs a scope that may post' USING ERRCODE = 'insufficient_privilege';
  END IF;
  -- One sealer at a time; whoever comes second has nothing to do.
  IF NOT pg_try_advisory_xact_lock(hashtextextended('ledger.seal', 0)) THEN RETURN NULL; END IF;
  SELECT * INTO top FROM ledger.block ORDER BY height DESC LIMIT 1;
  v_top := coalesce(top.last_seq, 0);
  v_after := coalesce(top.accounts_through, 0);
  v_previous := coalesce(top.hash, decode(repeat('00', 32), 'hex'));
  SELECT * INTO mark FROM ledger.seal_horizon;
  IF mark.through_seq IS NULL OR mark.through_seq <= v_top THEN
    -- Whoever drew a number before this moment got its transaction id before ours.
    SELECT CASE WHEN is_called THEN last_value ELSE 0 END INTO v_drawn FROM ledger.transfer_seq;
    SELECT CASE WHEN is_called THEN last_value ELSE 0 END INTO v_drawn_account FROM ledger.account_no_seq;
    IF v_drawn > v_top THEN
      INSERT INTO ledger.seal_horizon (through_seq, through_account, horizon)
      VALUES (v_drawn, v_drawn_account, pg_current_xact_id())
      ON CONFLICT (only_row) DO UPDATE SET through_seq = excluded.through_seq,
        through_account = excluded.through_account, horizon = excluded.horizon;
    END IF;
    RETURN NULL;
  END IF;
  IF pg_snapshot_xmin(pg_current_snapshot()) < mark.horizon THEN RETURN NULL; END IF;
  SELECT min(r.seq), max(r.seq), count(*), string_agg(r.digest, ''::bytea ORDER BY r.seq),
    string_agg(substring(r.digest FROM 1 FOR 8), ''::bytea ORDER BY r.seq)
  INTO v_first, v_last, v_count, v_digests, v_marks FROM ledger.digest_rows(v_top, mark.through_seq, p_limit) r;
  IF v_count = 0 THEN
    -- All that this horizon holds is in; the next call takes a new one. Trailing gaps belong to the block before.
    DELETE FROM ledger.seal_horizon;
    RETURN NULL;
  END IF;
  SELECT count(*), max(r.no), string_agg(r.digest, ''::bytea ORDER BY r.no),
    coalesce(string_agg(substring(r.digest FROM 1 FOR 8), ''::bytea ORDER BY r.no), ''::bytea)
  INTO v_accounts, v_last_account, v_account_digests, v_account_marks
  FROM ledger.digest_accounts(v_after, mark.through_account, p_limit) r;
  v_through := greatest(v_after, CASE WHEN v_accounts = p_limit THEN v_last_account ELSE mark.through_account END);
  INSERT INTO ledger.block (height, first_seq, last_seq, transfers, sealed_at, previous_hash, hash, row_marks,
    accounts_after, accounts_through, account_marks)
  VALUES (coalesce(top.height, 0) + 1, v_first, v_last, v_count, clock_timestamp(), v_previous,
    ledger.block_hash(v_previous, coalesce(top.height, 0) + 1, v_first, v_last,
      ledger.block_content(v_digests, v_after, v_through, v_account_digests)), v_marks,
    v_after, v_through, v_account_marks);
  IF v_count < p_limit THEN DELETE FROM ledger.seal_horizon; END IF;
  RETURN coalesce(top.height, 0) + 1;
END $$;

revoke execute on function ledger.seal_next_block from public;
grant execute on function ledger.seal_next_block to purse_app;
