-- Trigger arguments: action, column of the first person, column of the second, column of the moment that the second
-- person's account must be older than. It fires where the second person is set or changed. Somebody signed in can only
-- sign with their own name.
create or replace function require_two_people() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  row_now jsonb := to_jsonb(new);
  first_person uuid := (row_now ->> tg_argv[1])::uuid;
  second_person uuid := (row_now ->> tg_argv[2])::uuid;
  fault text;
begin
  if second_person is null then return new; end if;
  if tg_op = 'UPDATE' and second_person is not distinct from (to_jsonb(old) ->> tg_argv[2])::uuid then return new; end if;
  if scope_actor() is not null and scope_actor() <> second_person then
    raise exception '% is signed with another person''s name', tg_argv[0] using errcode = 'insufficient_privilege';
  end if;
  fault := second_person_fault(first_person, second_person, (row_now ->> tg_argv[3])::timestamptz);
  if fault is not null then
    raise exception '% needs a second person: %', tg_argv[0], fault
      using errcode = 'check_violation', constraint = 'two_people', detail = fault;
  end if;
  return new;
end $$;
