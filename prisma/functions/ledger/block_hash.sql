-- The hash of a block: over the hash before it, its bounds and its rows' digests.
CREATE OR REPLACE FUNCTION ledger.block_hash(p_previous bytea, p_height bigint, p_first bigint, p_last bigint, p_digests bytea)
  RETURNS bytea LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
  SELECT sha256(p_previous || int8send(p_height) || int8send(p_first) || int8send(p_last) || sha256(p_digests))
$$;

revoke execute on function ledger.block_hash from public;
grant execute on function ledger.block_hash to purse_app;
