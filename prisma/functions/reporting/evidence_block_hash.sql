-- The hash of a block of evidence: SHA-256 over the hash before it, its height and bounds as eight bytes each, and
-- the digests of its entries.
create or replace function evidence_block_hash(p_previous bytea, p_height bigint, p_first bigint, p_last bigint, p_digests bytea)
  returns bytea language sql immutable set search_path = pg_catalog as $$
  select sha256(p_previous || int8send(p_height) || int8send(p_first) || int8send(p_last) || p_digests)
$$;
