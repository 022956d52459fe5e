-- Guards `role_grant`: a role that moves money is proposed by an admin of the organisation and confirmed by a second
-- person (`team_confirmer_fault`), each in their own name, and what was proposed never changes. Raises
-- check_violation with the constraint `role_grant_begins_open`, `party_keeps_its_team`, `team_confirmer` or
-- `two_people` (the fault as detail), insufficient_privilege for another's name, restrict_violation for a change.
create or replace function check_role_grant() returns trigger
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
