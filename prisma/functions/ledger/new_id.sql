-- A UUIDv7 of now; Postgres brings its own from 18 on, and 15 has to do.
CREATE OR REPLACE FUNCTION ledger.new_id() RETURNS uuid LANGUAGE sql VOLATILE SET search_path = pg_catalog AS $$
  SELECT encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    PLACING substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
    52, 1), 53, 1), 'hex')::uuid
$$;

revoke execute on function ledger.new_id from public;
