-- The chains of a batch: for each event the place of the first of its chain (null when it stands alone) and of the last.
CREATE OR REPLACE FUNCTION ledger.chains_of(p_flags smallint[], OUT chain integer[], OUT ends integer[]) LANGUAGE sql AS $$
  SELECT array_agg(CASE WHEN y.size > 1 THEN y.first END ORDER BY y.ord), array_agg(y.first + y.size - 1 ORDER BY y.ord)
  FROM (
    SELECT s.ord, s.first, count(*) OVER (PARTITION BY s.first)::integer AS size FROM (
      SELECT q.ord, max(CASE WHEN q.starts THEN q.ord END) OVER (ORDER BY q.ord)::integer AS first FROM (
        SELECT u.ord, u.ord = 1 OR coalesce(p_flags[u.ord - 1], 0::smallint) & 1 = 0 AS starts
        FROM generate_series(1, cardinality(p_flags)) AS u(ord)) q) s) y
$$;

revoke execute on function ledger.chains_of from public;
