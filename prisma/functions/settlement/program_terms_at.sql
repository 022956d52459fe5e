-- The program's terms for merchants that hold at a moment.
create or replace function program_terms_at(program uuid, moment timestamptz) returns uuid
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select t.id from program_terms t
     where t.program_id = program_terms_at.program and t.confirmed_at <= moment order by t.version desc limit 1
  $$;
