-- The text's encoding is fixed, so the same text gives the same hash for ever.
create or replace function sha256_of(content text) returns text language sql immutable parallel safe
  as $$ select encode(sha256(convert_to(content, 'UTF8')), 'hex') $$;
