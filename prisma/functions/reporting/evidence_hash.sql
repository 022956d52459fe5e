-- SHA-256 of a content as Postgres prints it, in UTF-8.
create or replace function evidence_hash(p_content jsonb) returns bytea
  language sql immutable parallel safe set search_path = pg_catalog
  as $$ select sha256(convert_to(p_content::text, 'UTF8')) $$;
