-- Who had brought a person in by a moment, directly or through others: those who chose them, those who asked that they
-- come back by a new password, and whoever alone saw all that opened their account.
create or replace function inviters_of(person uuid, at timestamptz default 'infinity') returns setof uuid
  language sql stable security definer set search_path = public, pg_temp
  as $$
    with recursive brought_in(who, inviter) as (
      select accepted_by, created_by from invitation
       where accepted_by is not null and created_by is not null and coalesce(accepted_at, created_at) <= at
      union select accepted_by, released_by from invitation
             where accepted_by is not null and released_by is not null and delivery = 'release' and accepted_at <= at
      union select user_id, created_by from membership
             where created_by is not null and created_by <> user_id and created_at <= at
      union select user_id, requested_by from password_reset where requested_by is not null and used_at <= at
    ), chain(inviter) as (
      select b.inviter from brought_in b where b.who = person
      union
      select b.inviter from chain join brought_in b on b.who = chain.inviter
    )
    select inviter from chain where inviter <> person
  $$;
