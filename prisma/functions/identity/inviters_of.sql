-- Who brought a person in: the inviters, and whoever saw the link because it could not go to a mailbox.
create or replace function inviters_of(person uuid) returns setof uuid
  language sql stable security definer set search_path = public, pg_temp
  as $$
    with recursive brought_in(who, inviter) as (
      select accepted_by, created_by from invitation where accepted_by is not null and created_by is not null
      union select accepted_by, released_by from invitation
             where accepted_by is not null and released_by is not null and delivery = 'release'
      union select user_id, created_by from membership where created_by is not null and created_by <> user_id
    ), chain(inviter) as (
      select b.inviter from brought_in b where b.who = person
      union
      select b.inviter from chain join brought_in b on b.who = chain.inviter
    )
    select inviter from chain where inviter <> person
  $$;
