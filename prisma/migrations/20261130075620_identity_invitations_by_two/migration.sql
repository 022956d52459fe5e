-- Who comes in, who let them in, and by which way the link went. No rule here depends on a service.

-- A link goes to the mailbox ('mail'), or, without configured mail, to the second person who released it ('release').
-- The platform's founders get theirs from the terminal ('founding'). 'shown' is history: the inviter saw those links.
alter table invitation
  alter column token_hash drop not null,
  add column delivery text not null default 'shown' check (delivery in ('mail', 'release', 'founding', 'shown')),
  add column founder_seat smallint check (founder_seat in (1, 2)),
  add column inviter_organisation_id uuid references organisation,
  add column released_by uuid references app_user,
  add column released_at timestamptz,
  add column accepted_ip inet,
  add column accepted_user_agent text,
  add constraint invitation_founding check ((delivery = 'founding') = (founder_seat is not null)),
  add constraint invitation_released check ((released_by is null) = (released_at is null));
-- Inviters have seen every link that is still open, so none of them proves a mailbox.
update invitation set revoked_at = now() where accepted_at is null and revoked_at is null;
create unique index invitation_open_seat on invitation (founder_seat) where accepted_at is null and revoked_at is null;
create index invitation_by_accepted on invitation (accepted_by) where accepted_by is not null;

alter table membership add column invitation_id uuid references invitation;
create unique index membership_by_invitation on membership (invitation_id);

-- Waiting mail. The text is made when it is sent, so that no secret of a link is ever stored.
create table mail_message (
  id uuid primary key,
  template text not null,
  recipient text not null,
  organisation_id uuid references organisation,
  subject_id uuid not null,
  created_at timestamptz not null,
  attempts integer not null default 0,
  next_attempt_at timestamptz,
  sent_at timestamptz,
  failed_at timestamptz,
  last_error text
);
create index mail_message_waiting on mail_message (next_attempt_at) where next_attempt_at is not null;
create index mail_message_by_subject on mail_message (subject_id);
alter table mail_message enable row level security;
create policy mail_message_read on mail_message for select to purse_app
  using (scope_is_platform() or organisation_id = scope_org());
create policy mail_message_write on mail_message for insert to purse_app
  with check (scope_is_platform() or organisation_id = scope_org());
create policy mail_message_send on mail_message for update to purse_app using (scope_kind() = 'system');
grant select, insert, update on mail_message to purse_app;

-- More rights for somebody who is a member already: one admin proposes, another confirms.
create table role_grant (
  id uuid primary key,
  membership_id uuid not null references membership,
  organisation_id uuid not null references organisation,
  role text not null check (role in ('admin', 'finance')),
  proposed_by uuid not null references app_user,
  proposed_at timestamptz not null,
  confirmed_by uuid references app_user,
  confirmed_at timestamptz,
  withdrawn_at timestamptz,
  used_at timestamptz,
  constraint role_grant_confirmed check ((confirmed_by is null) = (confirmed_at is null))
);
create unique index role_grant_open on role_grant (membership_id) where confirmed_at is null and withdrawn_at is null;
create index role_grant_by_organisation on role_grant (organisation_id);
alter table role_grant enable row level security;
create policy role_grant_read on role_grant for select to purse_app
  using (scope_is_platform() or organisation_id = scope_org());
create policy role_grant_propose on role_grant for insert to purse_app
  with check (organisation_id = scope_org() or scope_kind() = 'system');
create policy role_grant_answer on role_grant for update to purse_app
  using (scope_is_platform() or organisation_id = scope_org());
grant select, insert, update on role_grant to purse_app;

-- --- Who is who ---------------------------------------------------------------------------------------------------

-- Roles whose holders approve, send or redirect money, or decide who does.
create function role_moves_money(role text) returns boolean language sql immutable parallel safe
  as $$ select role in ('admin', 'finance') $$;

create function is_active_admin(person uuid, organisation uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select exists (
      select 1 from membership m join app_user u on u.id = m.user_id
      where m.user_id = person and m.organisation_id = organisation and m.role = 'admin'
        and m.revoked_at is null and u.disabled_at is null)
  $$;

create function active_admins(organisation uuid) returns setof uuid
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select m.user_id from membership m join app_user u on u.id = m.user_id
    where m.organisation_id = organisation and m.role = 'admin' and m.revoked_at is null and u.disabled_at is null
  $$;

create function operator_admins() returns setof uuid
  language sql stable security definer set search_path = public, pg_temp
  as $$ select distinct a.person from organisation o cross join lateral active_admins(o.id) a(person) where o.kind = 'operator' $$;

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

-- Whether this person may invite into the organisation: its own admins; operators only until it has one.
create function may_invite(person uuid, organisation uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select is_active_admin(person, organisation)
      or (not exists (select 1 from active_admins(organisation)) and person in (select operator_admins()))
  $$;

-- Why `second` cannot confirm what `first` decided about the team of an organisation; null when they can. Another of
-- its admins does, or, where none of them could, an admin of the operator.
create function team_confirmer_fault(organisation uuid, first uuid, second uuid, since timestamptz) returns text
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select coalesce(second_person_fault(first, second, since), case
      when is_active_admin(second, organisation) then null
      when second in (select operator_admins())
        and not exists (select 1 from active_admins(organisation) a(person)
                        where second_person_fault(first, a.person, since) is null) then null
      else 'not_entitled'
    end)
  $$;

-- --- Invitations ----------------------------------------------------------------------------------------------------

create function check_invitation() returns trigger
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
    if new.delivery = 'shown' then
      raise exception 'links are not shown to their inviters' using errcode = 'check_violation', constraint = 'invitation_delivery';
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
      new.inviter_organisation_id)
    is distinct from
     (old.id, old.organisation_id, old.email, old.role, old.created_by, old.created_at, old.delivery, old.founder_seat,
      old.inviter_organisation_id)
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
      if new.released_by is null and (new.delivery = 'release' or role_moves_money(new.role)) then
        raise exception 'invitation.release needs a second person'
          using errcode = 'check_violation', constraint = 'two_people', detail = 'person_unknown';
      end if;
    end if;
  end if;
  return new;
end $$;
create trigger invitation_rules before insert or update on invitation
  for each row execute function check_invitation();
create trigger two_people before insert or update on invitation for each row
  execute function require_two_people('invitation.release', 'created_by', 'released_by', 'created_at');

drop policy invitation_all on invitation;
create policy invitation_read on invitation for select to purse_app
  using (scope_is_platform() or organisation_id = scope_org());
create policy invitation_write on invitation for insert to purse_app
  with check (scope_is_platform() or organisation_id = scope_org());
create policy invitation_edit on invitation for update to purse_app
  using (scope_is_platform() or organisation_id = scope_org());

-- --- Memberships ----------------------------------------------------------------------------------------------------

create function check_membership() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  kind text;
  others bigint;
  needed bigint;
  used uuid;
begin
  if tg_op = 'INSERT' then
    if scope_kind() = '' then return new; end if;
    if new.invitation_id is null then
      -- The platform's own set-up, such as the demo city. No person ever makes a member directly.
      if scope_kind() <> 'system' or scope_actor() is not null or new.created_by is not null then
        raise exception 'members come in by invitation' using errcode = 'check_violation', constraint = 'membership_by_invitation';
      end if;
    elsif not exists (
      select 1 from invitation i
      where i.id = new.invitation_id and i.accepted_by = new.user_id and i.organisation_id = new.organisation_id
        and i.role = new.role and i.created_by is not distinct from new.created_by and i.revoked_at is null) then
      raise exception 'members come in by the invitation that they accepted'
        using errcode = 'check_violation', constraint = 'membership_by_invitation';
    end if;
    return new;
  end if;

  if (new.id, new.user_id, new.organisation_id, new.created_at, new.created_by, new.invitation_id)
    is distinct from (old.id, old.user_id, old.organisation_id, old.created_at, old.created_by, old.invitation_id)
    or (old.revoked_at is not null and new is distinct from old) then
    raise exception 'how somebody became a member is not changed' using errcode = 'restrict_violation', constraint = 'membership_fixed';
  end if;
  if scope_kind() = '' then return new; end if;

  perform pg_advisory_xact_lock(hashtextextended('identity.team:' || new.organisation_id, 0));
  if old.role = 'admin' and old.revoked_at is null and (new.role <> 'admin' or new.revoked_at is not null)
    and is_active_admin(old.user_id, old.organisation_id) then
    select o.kind into kind from organisation o where o.id = old.organisation_id;
    select count(*) into others from active_admins(old.organisation_id) a(person) where a.person <> old.user_id;
    -- Two operators are needed for whatever takes two people; one of them cannot send the other away.
    needed := case kind when 'operator' then 2 else 1 end;
    if others < needed then
      raise exception 'too few admins would be left' using errcode = 'check_violation', constraint = 'last_admin';
    end if;
  end if;
  if new.role <> old.role and role_moves_money(new.role) and not (old.role = 'admin' and new.role = 'finance') then
    update role_grant set used_at = coalesce(confirmed_at, now())
      where id = (select g.id from role_grant g
                  where g.membership_id = new.id and g.role = new.role and g.confirmed_at is not null
                    and g.withdrawn_at is null and g.used_at is null
                  order by g.confirmed_at desc limit 1)
      returning id into used;
    if used is null then
      raise exception 'membership.grant needs a second person'
        using errcode = 'check_violation', constraint = 'two_people', detail = 'person_unknown';
    end if;
  end if;
  return new;
end $$;
create trigger membership_rules before insert or update on membership
  for each row execute function check_membership();

drop policy membership_write on membership;
create policy membership_write on membership for insert to purse_app with check (scope_kind() = 'system');
drop policy membership_edit on membership;
create policy membership_edit on membership for update to purse_app
  using (scope_kind() = 'system' or organisation_id = scope_org()
    or (scope_kind() = 'operator' and exists (select 1 from role_grant g
          where g.membership_id = membership.id and g.confirmed_at is not null and g.used_at is null)))
  with check (scope_is_platform() or organisation_id = scope_org());

create function check_role_grant() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  fault text;
begin
  if tg_op = 'INSERT' then
    if new.confirmed_by is not null or new.used_at is not null then
      raise exception 'a grant begins as a proposal' using errcode = 'check_violation', constraint = 'role_grant_begins_open';
    end if;
    if scope_actor() is not null and scope_actor() <> new.proposed_by then
      raise exception 'a grant is proposed in one''s own name' using errcode = 'insufficient_privilege';
    end if;
    if not is_active_admin(new.proposed_by, new.organisation_id)
      or not exists (select 1 from membership where id = new.membership_id and organisation_id = new.organisation_id) then
      raise exception 'the organisation grants its own roles'
        using errcode = 'check_violation', constraint = 'party_keeps_its_team';
    end if;
    return new;
  end if;
  if (new.id, new.membership_id, new.organisation_id, new.role, new.proposed_by, new.proposed_at)
    is distinct from (old.id, old.membership_id, old.organisation_id, old.role, old.proposed_by, old.proposed_at)
    or (old.confirmed_at is not null and (new.confirmed_by, new.confirmed_at, new.withdrawn_at)
        is distinct from (old.confirmed_by, old.confirmed_at, old.withdrawn_at))
    or (old.used_at is not null and new is distinct from old)
    or (old.withdrawn_at is not null and new is distinct from old) then
    raise exception 'what a grant says is not changed' using errcode = 'restrict_violation', constraint = 'role_grant_fixed';
  end if;
  if new.confirmed_by is not null and old.confirmed_by is null then
    if scope_actor() is not null and scope_actor() <> new.confirmed_by then
      raise exception 'a grant is confirmed in one''s own name' using errcode = 'insufficient_privilege';
    end if;
    fault := team_confirmer_fault(new.organisation_id, new.proposed_by, new.confirmed_by, new.proposed_at);
    if fault is null and exists (select 1 from membership where id = new.membership_id and user_id = new.confirmed_by) then
      fault := 'same_person';
    end if;
    if fault is not null then
      raise exception 'membership.grant needs a second person: %', fault using errcode = 'check_violation',
        constraint = case fault when 'not_entitled' then 'team_confirmer' else 'two_people' end, detail = fault;
    end if;
  end if;
  return new;
end $$;
create trigger role_grant_rules before insert or update on role_grant
  for each row execute function check_role_grant();
create trigger two_people before insert or update on role_grant for each row
  execute function require_two_people('membership.grant', 'proposed_by', 'confirmed_by', 'proposed_at');

-- --- People ---------------------------------------------------------------------------------------------------------

-- An account's age and address decide what its person may confirm, so neither is ever edited.
create function check_app_user() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if (new.id, new.email, new.created_at) is distinct from (old.id, old.email, old.created_at) then
    raise exception 'whose account it is and how old is not changed'
      using errcode = 'restrict_violation', constraint = 'app_user_fixed';
  end if;
  return new;
end $$;
create trigger app_user_rules before update on app_user for each row execute function check_app_user();

-- The links that were never used and the people behind them stay readable.
create trigger invitation_kept before delete on invitation for each row execute function refuse_change();
create trigger membership_kept before delete on membership for each row execute function refuse_change();
create trigger app_user_kept before delete on app_user for each row execute function refuse_change();
create trigger role_grant_kept before delete on role_grant for each row execute function refuse_change();
