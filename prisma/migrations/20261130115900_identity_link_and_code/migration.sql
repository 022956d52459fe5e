-- Without a mail server, what opens an account is cut in two: whoever invites tells the person a code, whoever releases
-- hands over the link. Neither of them alone can become the person, so only the one who chose the person counts as
-- having brought them in, as with mail. And who brought whom in can be asked for a moment of the past.

-- 'link_and_code' takes the place of 'release', whose links the second person saw whole.
alter table invitation drop constraint invitation_delivery_check;
alter table invitation
  add constraint invitation_delivery_check check (delivery in ('mail', 'link_and_code', 'founding', 'release', 'shown')),
  add column code_hash bytea,
  add column accepted_with bytea,
  add constraint invitation_code check ((delivery = 'link_and_code') = (code_hash is not null)),
  add constraint invitation_opened check (delivery <> 'link_and_code' or accepted_at is null
    or (accepted_with is not null and accepted_with = code_hash));
select protect_rows('invitation',
  '{token_hash,expires_at,delivery,released_by,released_at,accepted_at,accepted_by,accepted_ip,accepted_user_agent,accepted_with,revoked_at}',
  p_unwatched => '{email,token_hash,code_hash,accepted_with,accepted_ip,accepted_user_agent}');
update invitation set revoked_at = now() where delivery = 'release' and accepted_at is null and revoked_at is null;

create or replace function check_invitation() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  fault text;
begin
  if tg_op = 'INSERT' then
    -- Set-up and tests write as the owner, with no scope.
    if scope_kind() = '' then return new; end if;
    if new.accepted_by is not null or new.released_by is not null or new.revoked_at is not null then
      raise exception 'an invitation begins open' using errcode = 'check_violation', constraint = 'invitation_begins_open';
    end if;
    if new.delivery in ('shown', 'release') then
      raise exception 'nobody alone sees all that opens an account' using errcode = 'check_violation', constraint = 'invitation_delivery';
    end if;
    if new.delivery = 'founding' then
      if new.created_by is not null or scope_actor() is not null then
        raise exception 'founding links come from the terminal' using errcode = 'check_violation', constraint = 'founding';
      end if;
      return new;
    end if;
    if new.created_by is distinct from scope_actor() then
      raise exception 'an invitation is made in one''s own name' using errcode = 'insufficient_privilege';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('identity.team:' || new.organisation_id, 0));
    if not coalesce(may_invite(new.created_by, new.organisation_id), false) then
      raise exception 'the organisation invites its own people'
        using errcode = 'check_violation', constraint = 'party_keeps_its_team';
    end if;
    return new;
  end if;

  if (new.id, new.organisation_id, new.email, new.role, new.created_by, new.created_at, new.delivery, new.founder_seat,
      new.inviter_organisation_id, new.code_hash)
    is distinct from
     (old.id, old.organisation_id, old.email, old.role, old.created_by, old.created_at, old.delivery, old.founder_seat,
      old.inviter_organisation_id, old.code_hash)
    or new.expires_at > old.expires_at
    or (old.released_by is not null and (new.released_by, new.released_at) is distinct from (old.released_by, old.released_at))
    or (old.accepted_at is not null and new is distinct from old)
    or (old.revoked_at is not null and new is distinct from old)
    or ((new.accepted_by is null) <> (new.accepted_at is null)) then
    raise exception 'what an invitation says is not changed' using errcode = 'restrict_violation', constraint = 'invitation_fixed';
  end if;

  if new.released_by is not null and old.released_by is null then
    if scope_actor() is not null and scope_actor() <> new.released_by then
      raise exception 'an invitation is released in one''s own name' using errcode = 'insufficient_privilege';
    end if;
    fault := team_confirmer_fault(new.organisation_id, new.created_by, new.released_by, new.created_at);
    if fault is not null then
      raise exception 'invitation.release needs a second person: %', fault using errcode = 'check_violation',
        constraint = case fault when 'not_entitled' then 'team_confirmer' else 'two_people' end, detail = fault;
    end if;
  end if;

  -- The link is made for the one who released it and for nobody else.
  if new.delivery = 'link_and_code' and new.token_hash is distinct from old.token_hash
    and (new.released_by is null or (scope_actor() is not null and scope_actor() <> new.released_by)) then
    raise exception 'the link is shown to the one who releases it'
      using errcode = 'insufficient_privilege', constraint = 'invitation_link';
  end if;

  if new.accepted_by is not null and old.accepted_by is null then
    if scope_actor() is not null and scope_actor() <> new.accepted_by then
      raise exception 'an invitation is accepted in one''s own name' using errcode = 'insufficient_privilege';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('identity.team:' || new.organisation_id, 0));
    if new.delivery = 'founding' then
      perform pg_advisory_xact_lock(hashtextextended('identity.founding', 0));
      if (select count(*) from operator_admins()) >= 2 then
        raise exception 'the platform has its two founders' using errcode = 'check_violation', constraint = 'founding';
      end if;
    else
      if not exists (select 1 from app_user where id = new.accepted_by and email = new.email and disabled_at is null) then
        raise exception 'an invitation is for its address alone' using errcode = 'check_violation', constraint = 'invitation_address';
      end if;
      if not may_invite(new.created_by, new.organisation_id) then
        raise exception 'whoever invited may not do so any more'
          using errcode = 'check_violation', constraint = 'party_keeps_its_team';
      end if;
      if new.released_by is null and (new.delivery in ('release', 'link_and_code') or role_moves_money(new.role)) then
        raise exception 'invitation.release needs a second person'
          using errcode = 'check_violation', constraint = 'two_people', detail = 'person_unknown';
      end if;
    end if;
  end if;
  return new;
end $$;

-- Who had brought a person in by a moment: those who chose them, and whoever alone saw all that opened their account.
drop function inviters_of(uuid);
create function inviters_of(person uuid, at timestamptz default 'infinity') returns setof uuid
  language sql stable security definer set search_path = public, pg_temp
  as $$
    with recursive brought_in(who, inviter) as (
      select accepted_by, created_by from invitation
       where accepted_by is not null and created_by is not null and coalesce(accepted_at, created_at) <= at
      union select accepted_by, released_by from invitation
             where accepted_by is not null and released_by is not null and delivery = 'release' and accepted_at <= at
      union select user_id, created_by from membership
             where created_by is not null and created_by <> user_id and created_at <= at
    ), chain(inviter) as (
      select b.inviter from brought_in b where b.who = person
      union
      select b.inviter from chain join brought_in b on b.who = chain.inviter
    )
    select inviter from chain where inviter <> person
  $$;

-- As in 20261130000100_authority, and `at`: when it was signed, for proofs of the past; left out, everything until now
-- counts.
drop function second_person_fault(uuid, uuid, timestamptz);
create function second_person_fault(first uuid, second uuid, since timestamptz, at timestamptz default 'infinity')
  returns text language sql stable security definer set search_path = public, pg_temp
  as $$
    select case
      when first is null or second is null then 'person_unknown'
      when first = second then 'same_person'
      when second in (select inviters_of(first, at)) or first in (select inviters_of(second, at)) then 'invited_by_other'
      when not exists (select 1 from app_user where id = second and created_at <= since) then 'account_too_new'
    end
  $$;
