-- Two people who are really two. Every rule of this kind is a trigger that calls `require_two_people` with the name of
-- its action, so the rules can be listed from the catalogue and stand in the database for every role.

-- The person on whose behalf this transaction runs; null for devices and the platform's own processes.
create function scope_actor() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('purse.scope_actor', true), '')::uuid $$;

-- Who invited this person, who invited that one, and so on. Somebody who founded the platform has none.
create function inviters_of(person uuid) returns setof uuid
  language sql stable security definer set search_path = public, pg_temp
  as $$
    with recursive chain(inviter) as (
      select i.created_by from invitation i where i.accepted_by = person and i.created_by is not null
      union select m.created_by from membership m
             where m.user_id = person and m.created_by is not null and m.created_by <> person
      union
      select further.created_by
        from chain
        join lateral (
          select i.created_by from invitation i where i.accepted_by = chain.inviter and i.created_by is not null
          union select m.created_by from membership m
                 where m.user_id = chain.inviter and m.created_by is not null and m.created_by <> chain.inviter
        ) further on true
    )
    select inviter from chain where inviter <> person
  $$;

-- Why `second` cannot confirm what `first` did at `since`; null when nothing speaks against it:
-- 'person_unknown', 'same_person', 'invited_by_other' (either brought the other in, directly or through others),
-- 'account_too_new' (the account was made after that which it would confirm).
create function second_person_fault(first uuid, second uuid, since timestamptz) returns text
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select case
      when first is null or second is null then 'person_unknown'
      when first = second then 'same_person'
      when second in (select inviters_of(first)) or first in (select inviters_of(second)) then 'invited_by_other'
      when not exists (select 1 from app_user where id = second and created_at <= since) then 'account_too_new'
    end
  $$;

-- Trigger arguments: action, column of the first person, column of the second, column of the moment that the second
-- person's account must be older than. It fires where the second person is set or changed. Somebody signed in can only
-- sign with their own name.
create function require_two_people() returns trigger
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
