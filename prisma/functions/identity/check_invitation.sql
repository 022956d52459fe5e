-- Guards `invitation`: an admin invites in their own name, what an invitation says never changes, and where it takes
-- a second admin, that one releases it (`team_confirmer_fault`, as detail). Raises check_violation with the rule as
-- constraint, insufficient_privilege for another's name, restrict_violation.
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
