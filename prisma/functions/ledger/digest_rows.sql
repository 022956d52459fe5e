-- SHA-256 of each transfer with p_after < seq <= p_through, of at most p_limit of them. The text of a row is its
-- fields in this order, joined by "|": seq, recorded_at and effective_at in microseconds since 1970, debit and credit
-- account id, amount, the four counters, id, timeout, code, flags, journal id, pending id (the last two may be empty).
CREATE OR REPLACE FUNCTION ledger.digest_rows(p_after bigint, p_through bigint, p_limit integer)
  RETURNS TABLE (seq bigint, id uuid, digest bytea)
  LANGUAGE sql STABLE SET search_path = pg_catalog, public SET jit = off AS $$
  SELECT t.seq, t.id, sha256(convert_to(concat_ws('|', t.seq,
    (extract(epoch FROM t.recorded_at) * 1000000)::bigint, (extract(epoch FROM t.effective_at) * 1000000)::bigint,
    d.id, c.id, t.amount, t.debit_pending, t.debit_posted, t.credit_pending, t.credit_posted,
    t.id, t.timeout_seconds, t.code, t.flags, coalesce(t.journal_id::text, ''), coalesce(t.pending_id::text, '')), 'UTF8'))
  FROM (SELECT * FROM ledger.transfer y WHERE y.seq > p_after AND y.seq <= p_through ORDER BY y.seq LIMIT p_limit) t
  LEFT JOIN ledger.account d ON d.no = t.debit_no LEFT JOIN ledger.account c ON c.no = t.credit_no
  ORDER BY t.seq
$$;

revoke execute on function ledger.digest_rows from public;
grant execute on function ledger.digest_rows to purse_app;
