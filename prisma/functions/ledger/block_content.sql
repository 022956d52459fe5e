-- What a block's hash is over: the digests of its transfers and, where it seals accounts, their bounds and digests.
CREATE OR REPLACE FUNCTION ledger.block_content(p_digests bytea, p_after bigint, p_through bigint, p_account_digests bytea)
  RETURNS bytea LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
  SELECT p_digests || CASE WHEN p_through IS NULL THEN ''::bytea
    ELSE int8send(p_after) || int8send(p_through) || coalesce(p_account_digests, ''::bytea) END
$$;

revoke execute on function ledger.block_content from public;
grant execute on function ledger.block_content to purse_app;
