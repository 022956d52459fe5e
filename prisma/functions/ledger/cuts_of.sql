-- Where a batch must be cut into runs. `breaks`: the event refers to an earlier one of the batch, or its amount or effect
-- depends on the running state, so that it begins a run. `alone`: its chain cannot be judged set-wise.
-- p_solo: every event depends on the running state; p_closing: some pending transfer in play closes an account;
-- p_open: the last chain of the batch has no end.
CREATE OR REPLACE FUNCTION ledger.cuts_of(
  p_id uuid[], p_pending uuid[], p_flags smallint[], p_chain integer[], p_solo boolean, p_closing boolean, p_open boolean,
  OUT breaks boolean[], OUT alone boolean[]
) LANGUAGE sql AS $$
  SELECT array_agg(y.again OR y.solo ORDER BY y.ord), array_agg(y.alone ORDER BY y.ord)
  FROM (
    SELECT q.ord, q.again, q.solo,
      bool_or(q.solo OR q.again AND q.ord > q.first OR q.last_of_open) OVER (PARTITION BY q.first) AS alone
    FROM (
      SELECT u.ord, coalesce(p_chain[u.ord], u.ord) AS first, p_open AND u.ord = cardinality(p_id) AS last_of_open,
        row_number() OVER (PARTITION BY u.id ORDER BY u.ord) > 1
          OR u.pending IS NOT NULL AND (row_number() OVER (PARTITION BY u.pending ORDER BY u.ord) > 1
            OR u.pending IN (SELECT i FROM unnest(p_id) AS i WHERE i IS NOT NULL)) AS again,
        p_solo OR coalesce(u.flags, 0::smallint) & 240 <> 0 OR u.pending IS NOT NULL AND p_closing AS solo
      FROM unnest(p_id, p_pending, p_flags) WITH ORDINALITY AS u(id, pending, flags, ord)) q) y
$$;

revoke execute on function ledger.cuts_of from public;
