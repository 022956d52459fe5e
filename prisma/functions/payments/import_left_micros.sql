-- What is left of an import's payments to be given back.
create or replace function import_left_micros(import uuid) returns numeric
  language sql stable security definer set search_path = public, pg_temp
  as $$ select coalesce(sum(captured_micros - refunded_micros), 0) from payment where import_id = import $$;
