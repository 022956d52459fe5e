-- The text that a hash is over. Empty values are left out, so that a column that is added later changes no old hash.
create or replace function evidence_content(p_row jsonb, p_unwatched text[]) returns jsonb
  language sql immutable parallel safe set search_path = pg_catalog
  as $$ select jsonb_strip_nulls(p_row - p_unwatched) $$;
