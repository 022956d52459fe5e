-- A way back for a lost password: by the mailbox where mail is configured, by two people where it is not, and from the
-- terminal for people of the operator. A person who came back this way counts as new, and whoever chose that they come
-- back counts as having brought them in.

create table password_reset (
  id uuid primary key,
  user_id uuid not null references app_user,
  -- 'mail': the person asked, the link went to their mailbox. 'link_and_code': as of invitations. 'terminal': the link was
  -- printed where the server runs.
  delivery text not null constraint password_reset_delivery check (delivery in ('mail', 'link_and_code', 'terminal')),
  -- Whose business it is (`reset_organisation`); null with mail, and for people of several parties or of none.
  organisation_id uuid references organisation,
  requested_by uuid references app_user,
  requested_at timestamptz not null,
  expires_at timestamptz not null,
  released_by uuid references app_user,
  released_at timestamptz,
  token_hash bytea unique,
  code_hash bytea,
  used_at timestamptz,
  used_with bytea,
  used_ip inet,
  used_user_agent text,
  revoked_at timestamptz,
  constraint password_reset_asked check ((requested_by is null or delivery = 'link_and_code')
    and (delivery = 'link_and_code') = (code_hash is not null)),
  constraint password_reset_released check ((released_by is null) = (released_at is null)
    and (released_by is null or delivery = 'link_and_code')),
  constraint password_reset_opened check (used_at is null or delivery <> 'link_and_code'
    or (released_by is not null and used_with is not null and used_with = code_hash))
);
create index password_reset_by_user on password_reset (user_id, requested_at desc);
create index password_reset_waiting on password_reset (organisation_id) where used_at is null and revoked_at is null;
alter table password_reset enable row level security;
create policy password_reset_read on password_reset for select to purse_app
  using (scope_is_platform() or organisation_id = scope_org());
create policy password_reset_write on password_reset for insert to purse_app
  with check (scope_is_platform() or organisation_id = scope_org());
create policy password_reset_edit on password_reset for update to purse_app
  using (scope_is_platform() or organisation_id = scope_org());
create policy no_device_edits on password_reset as restrictive for update to purse_app
  using ((select scope_kind()) <> 'device');
create policy no_device_writes on password_reset as restrictive for insert to purse_app
  with check ((select scope_kind()) <> 'device');
grant select, insert, update on password_reset to purse_app;
select protect_rows('password_reset',
  '{token_hash,released_by,released_at,used_at,used_with,used_ip,used_user_agent,revoked_at}',
  p_unwatched => '{token_hash,code_hash,used_with,used_ip,used_user_agent}');

-- --- Who counts as what afterwards ----------------------------------------------------------------------------------

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

-- Since when an account has been in the same hands, as far as anybody can tell; null when there is no such person.
create function account_since(person uuid, at timestamptz) returns timestamptz
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select greatest(u.created_at, (select max(r.used_at) from password_reset r where r.user_id = u.id and r.used_at <= at))
      from app_user u where u.id = person
  $$;

create or replace function second_person_fault(first uuid, second uuid, since timestamptz, at timestamptz default 'infinity')
  returns text language sql stable security definer set search_path = public, pg_temp
  as $$
    select case
      when first is null or second is null then 'person_unknown'
      when first = second then 'same_person'
      when second in (select inviters_of(first, at)) or first in (select inviters_of(second, at)) then 'invited_by_other'
      when coalesce(account_since(second, at) > since, true) then 'account_too_new'
    end
  $$;

-- --- Who lets whom back ---------------------------------------------------------------------------------------------

-- Whose business a person's password is: of the one organisation that they belong to, or of the operator's if they
-- belong to one; null for somebody of several parties or of none, who is the operators'.
create function reset_organisation(person uuid) returns uuid
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select case
      when count(*) filter (where o.kind = 'operator') > 0 then (array_agg(o.id order by o.id) filter (where o.kind = 'operator'))[1]
      when count(*) = 1 then (array_agg(o.id))[1]
    end
    from membership m join organisation o on o.id = m.organisation_id
    where m.user_id = person and m.revoked_at is null
  $$;

-- Whether somebody belongs to those who decide about a person's password: its organisation's other admins; operators'
-- admins where there is none of those or no such organisation.
create function is_resetter(person uuid, asker uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select asker <> person and case
      when o.id is null then asker in (select operator_admins())
      when is_active_admin(asker, o.id) then true
      else o.kind <> 'operator' and asker in (select operator_admins())
        and not exists (select 1 from active_admins(o.id) a(admin) where a.admin <> person)
    end
    from (select reset_organisation(person) as id) r left join organisation o on o.id = r.id
  $$;

-- Why somebody cannot ask that a person comes back by a new password; null when they can: 'same_person',
-- 'not_entitled', 'nobody_left' (with the asker counting as inviter, no admin of the operator could be a second person
-- for the only admin of a party any more: another operator asks).
create function reset_asker_fault(person uuid, asker uuid) returns text
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select case
      when asker = person then 'same_person'
      when not coalesce(is_resetter(person, asker), false) then 'not_entitled'
      when is_active_admin(person, reset_organisation(person))
        and not exists (select 1 from active_admins(reset_organisation(person)) a(admin) where a.admin <> person)
        and not exists (select 1 from operator_admins() o(admin)
                        where o.admin <> asker and o.admin not in (select inviters_of(person))
                          and o.admin not in (select inviters_of(asker)))
        and exists (select 1 from operator_admins() o(admin) where o.admin not in (select inviters_of(person)))
        then 'nobody_left'
    end
  $$;

-- Why `second` cannot release what `first` asked for; null when they can. Where no other admin of the person's
-- organisation could, an admin of the operator does.
create function reset_releaser_fault(person uuid, first uuid, second uuid, since timestamptz) returns text
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select case
      when second = person then 'same_person'
      else coalesce(second_person_fault(first, second, since), case
        when is_resetter(person, second) then null
        when second in (select operator_admins())
          and not exists (select 1 from active_admins(reset_organisation(person)) a(admin)
                          where a.admin <> person and second_person_fault(first, a.admin, since) is null) then null
        else 'not_entitled'
      end)
    end
  $$;

create function check_password_reset() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  fault text;
begin
  if tg_op = 'INSERT' then
    if scope_kind() = '' then return new; end if;
    if new.released_by is not null or new.used_at is not null or new.revoked_at is not null then
      raise exception 'a reset begins open' using errcode = 'check_violation', constraint = 'password_reset_begins_open';
    end if;
    if new.delivery = 'link_and_code' then
      if new.requested_by is distinct from scope_actor() then
        raise exception 'a reset is asked for in one''s own name' using errcode = 'insufficient_privilege';
      end if;
      fault := case when new.organisation_id is distinct from reset_organisation(new.user_id) then 'not_entitled'
        else reset_asker_fault(new.user_id, new.requested_by) end;
      if fault is not null then
        raise exception 'whose password it is: %', fault
          using errcode = 'check_violation', constraint = 'password_reset_asker', detail = fault;
      end if;
    elsif scope_kind() <> 'system' or scope_actor() is not null then
      raise exception 'nobody who is signed in makes such a reset'
        using errcode = 'check_violation', constraint = 'password_reset_delivery';
    elsif new.delivery = 'terminal' and not exists (
      select 1 from organisation o where o.id = reset_organisation(new.user_id) and o.kind = 'operator') then
      raise exception 'the terminal is for people of the operator'
        using errcode = 'check_violation', constraint = 'password_reset_delivery';
    end if;
    return new;
  end if;
  if (old.used_at is not null or old.revoked_at is not null) and new is distinct from old then
    raise exception 'a reset is used once' using errcode = 'restrict_violation', constraint = 'password_reset_fixed';
  end if;
  if old.released_by is not null and (new.released_by, new.released_at) is distinct from (old.released_by, old.released_at) then
    raise exception 'a reset is released once' using errcode = 'restrict_violation', constraint = 'password_reset_fixed';
  end if;
  if new.released_by is not null and old.released_by is null then
    if scope_actor() is not null and scope_actor() <> new.released_by then
      raise exception 'a reset is released in one''s own name' using errcode = 'insufficient_privilege';
    end if;
    fault := reset_releaser_fault(new.user_id, new.requested_by, new.released_by, new.requested_at);
    if fault is not null then
      raise exception 'password.release needs a second person: %', fault using errcode = 'check_violation',
        constraint = case fault when 'not_entitled' then 'password_releaser' else 'two_people' end, detail = fault;
    end if;
  end if;
  if new.delivery = 'link_and_code' and new.token_hash is distinct from old.token_hash
    and (new.released_by is null or (scope_actor() is not null and scope_actor() <> new.released_by)) then
    raise exception 'the link is shown to the one who releases it'
      using errcode = 'insufficient_privilege', constraint = 'password_reset_link';
  end if;
  if new.used_at is not null and old.used_at is null then
    if new.token_hash is null or new.used_at >= new.expires_at then
      raise exception 'this reset cannot be used' using errcode = 'check_violation', constraint = 'password_reset_open';
    end if;
    -- Whoever asked may have lost the right since, and the person may have joined somebody else.
    if new.delivery = 'link_and_code' and not coalesce(is_resetter(new.user_id, new.requested_by), false) then
      raise exception 'whoever asked may not do so any more'
        using errcode = 'check_violation', constraint = 'password_reset_asker', detail = 'not_entitled';
    end if;
  end if;
  return new;
end $$;
create trigger password_reset_rules before insert or update on password_reset
  for each row execute function check_password_reset();
create trigger two_people before insert or update on password_reset for each row
  execute function require_two_people('password.release', 'requested_by', 'released_by', 'requested_at');

-- A password is changed by its person, or by a reset that was used at just this moment.
create function check_user_secret() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if scope_kind() = '' or scope_actor() = new.user_id or new.password_hash is not distinct from old.password_hash then
    return new;
  end if;
  if new.password_changed_at is not distinct from old.password_changed_at
    or not exists (select 1 from password_reset r where r.user_id = new.user_id and r.used_at = new.password_changed_at) then
    raise exception 'a password is changed by its person or by a reset'
      using errcode = 'check_violation', constraint = 'password_by_its_person';
  end if;
  return new;
end $$;
create trigger user_secret_rules before update on user_secret
  for each row when (new.* is distinct from old.*) execute function check_user_secret();

-- --- The inbox ------------------------------------------------------------------------------------------------------

-- What a scope sees of it: the platform everything of money, and of teams what falls to the operator; an organisation
-- what concerns itself alone.
create or replace view waiting_for_second_person with (security_invoker = true) as
  select id, action, program_id, organisation_id, subject_id, proposed_by, proposed_at, expires_at
    from confirmation where confirmed_by is null and outcome is null
  union all
  select id, 'run.approve', program_id, null, id, signed_by, coalesce(calculated_at, created_at), null
    from settlement_run where scope_is_platform() and (state = 'calculated'
      or (state in ('approved', 'paying') and exists (select 1 from payout p where p.run_id = settlement_run.id and p.state = 'proposed')))
  union all
  select id, 'agreement.approve', program_id, null, id, proposed_by, proposed_at,
         agreement_expires_at(effective_from, proposed_at, program_terms_id)
    from agreement where scope_is_platform() and state = 'proposed' and operator_approved_by is null
  union all
  select id, 'program_terms.confirm', program_id, null, id, drafted_by, drafted_at, null
    from program_terms t where scope_is_platform() and confirmed_by is null
      and not exists (select 1 from program_terms later where later.program_id = t.program_id and later.version > t.version)
  union all
  select g.id, 'membership.grant', null, g.organisation_id, g.membership_id, g.proposed_by, g.proposed_at, null
    from role_grant g join membership m on m.id = g.membership_id
   where g.confirmed_at is null and g.withdrawn_at is null and m.revoked_at is null
     and (g.organisation_id = scope_org() or operator_confirms_team(g.organisation_id, g.proposed_by, g.proposed_at))
  union all
  select i.id, 'invitation.release', null, i.organisation_id, i.id, i.created_by, i.created_at, i.expires_at
    from invitation i
   where i.accepted_at is null and i.revoked_at is null and i.released_by is null and i.email is not null
     and i.expires_at > clock_timestamp() and (i.delivery = 'link_and_code' or role_moves_money(i.role))
     and may_invite(i.created_by, i.organisation_id)
     and (i.organisation_id = scope_org() or operator_confirms_team(i.organisation_id, i.created_by, i.created_at))
  union all
  select r.id, 'password.release', null, r.organisation_id, r.id, r.requested_by, r.requested_at, r.expires_at
    from password_reset r
   where r.requested_by is not null and r.released_by is null and r.used_at is null and r.revoked_at is null
     and r.expires_at > clock_timestamp() and is_resetter(r.user_id, r.requested_by)
     and (r.organisation_id = scope_org()
       or not exists (select 1 from active_admins(r.organisation_id) a(admin)
                      where a.admin <> r.user_id and second_person_fault(r.requested_by, a.admin, r.requested_at) is null));
grant select on waiting_for_second_person to purse_app;

-- Why this person, acting for this organisation, cannot answer what waits; null when they can.
create or replace function waiting_fault(p_action text, p_id uuid, person uuid, in_organisation uuid, moment timestamptz) returns text
  language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  of_program uuid;
begin
  if p_action = 'membership.grant' then
    return (select case when m.user_id = person then 'same_person'
                        else team_confirmer_fault(g.organisation_id, g.proposed_by, person, g.proposed_at) end
              from role_grant g join membership m on m.id = g.membership_id where g.id = p_id);
  elsif p_action = 'invitation.release' then
    return (select team_confirmer_fault(i.organisation_id, i.created_by, person, i.created_at) from invitation i where i.id = p_id);
  elsif p_action = 'password.release' then
    return (select reset_releaser_fault(r.user_id, r.requested_by, person, r.requested_at) from password_reset r where r.id = p_id);
  elsif p_action not in ('run.approve', 'agreement.approve', 'program_terms.confirm') then
    return confirmation_fault(p_id, person, in_organisation, moment);
  end if;
  of_program := case p_action
    when 'run.approve' then (select program_id from settlement_run where id = p_id)
    when 'agreement.approve' then (select program_id from agreement where id = p_id)
    else (select program_id from program_terms where id = p_id) end;
  if signing_role(person, in_organisation) is null
     or not exists (select 1 from program p where p.id = of_program and p.operator_id = in_organisation) then
    return 'not_a_signer';
  end if;
  return case p_action
    when 'run.approve' then run_approver_fault(p_id, person)
    when 'agreement.approve' then agreement_approver_fault(p_id, person)
    else (select second_person_fault(t.drafted_by, person, t.drafted_at) from program_terms t where t.id = p_id) end;
end $$;
