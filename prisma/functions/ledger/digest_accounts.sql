-- SHA-256 of each account with p_after < no <= p_through, of at most p_limit of them. The text is joined by "|": number,
-- id, currency, code, flags, creation in microseconds since 1970, program and owner (the last two may be empty).
CREATE OR REPLACE FUNCTION ledger.digest_accounts(p_after bigint, p_through bigint, p_limit integer)
  RETURNS TABLE (no bigint, id uuid, digest bytea)
  LANGUAGE sql STABLE SET search_path = pg_catalog, public SET jit = off AS $$
  SELECT a.no, a.id, sha256(convert_to(concat_ws('|', a.no, a.id, a.currency, a.code, a.flags,
    (extract(epoch FROM a.created_at) * 1000000)::bigint, coalesce(a.program_ref::text, ''), coalesce(a.owner_ref, '')), 'UTF8'))
  FROM ledger.account a WHERE a.no > p_after AND a.no <= p_through ORDER BY a.no LIMIT p_limit
$$;

revoke execute on function ledger.digest_accounts from public;
grant execute on function ledger.digest_accounts to purse_app;
