-- Guards `password_reset`: somebody who may asks in their own name, somebody else releases (`reset_asker_fault` and
-- `reset_releaser_fault`, as detail), the link is made for the releaser, and it is used once. Raises check_violation with
-- the rule as constraint, insufficient_privilege for another's name, restrict_violation.
create or replace function check_password_reset() returns trigger
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
