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
