-- SHA-256 of each entry of evidence with p_after < seq <= p_through, of at most p_limit of them (null: all). The text
-- is joined by "|": seq, table, key of the row, operation, moment in microseconds since 1970, person, database role,
-- hash of the content, rows of the batch, SHA-256 of the batch's marks.
create or replace function evidence_digests(p_after bigint, p_through bigint, p_limit integer)
  returns table (seq bigint, digest bytea)
  language sql stable set search_path = pg_catalog, public set jit = off as $$
  select e.seq, sha256(convert_to(concat_ws('|', e.seq, e.table_name, e.row_key, e.op,
      (extract(epoch from e.at) * 1000000)::bigint, coalesce(e.actor_id::text, ''), e.db_user,
      encode(e.content_hash, 'hex'), coalesce(e.batch_rows, 0),
      coalesce(encode(sha256(e.batch_marks), 'hex'), '')), 'UTF8'))
    from evidence_entry e where e.seq > p_after and e.seq <= p_through order by e.seq limit p_limit
$$;
