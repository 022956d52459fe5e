-- Guards `confirmation`: a proposal is made and answered once, each in one's own name, by who may sign on that side
-- (`signer_fault`, as detail), while it stands. Raises check_violation (`confirmation_signer`),
-- insufficient_privilege or restrict_violation.
create or replace function guard_confirmation() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  fault text;
  -- A generated column is empty before the row is written.
  answers text[] := array['payload_sha256', 'confirmed_by', 'confirmed_in', 'confirmed_at', 'applied_at', 'outcome', 'ended_by', 'ended_at', 'reason'];
begin
  if tg_op = 'INSERT' then
    if new.confirmed_by is not null or new.outcome is not null or new.applied_at is not null then
      raise exception 'a proposal begins without an answer' using errcode = 'restrict_violation';
    end if;
    if scope_actor() is not null and scope_actor() <> new.proposed_by then
      raise exception 'a proposal is made in another person''s name' using errcode = 'insufficient_privilege';
    end if;
    fault := signer_fault(new, new.proposed_by, new.proposed_in, false, new.proposed_at);
  else
    if to_jsonb(new) - answers <> to_jsonb(old) - answers then
      raise exception 'a proposal is immutable' using errcode = 'restrict_violation';
    end if;
    if (old.confirmed_by is not null or old.outcome is not null)
       and (to_jsonb(new) - array['payload_sha256', 'applied_at'] <> to_jsonb(old) - array['payload_sha256', 'applied_at']
            or old.applied_at is not null) then
      raise exception 'a proposal is answered once' using errcode = 'restrict_violation';
    end if;
    if old.confirmed_by is null and new.confirmed_by is not null then
      if new.confirmed_at < old.proposed_at or new.confirmed_at >= old.expires_at then
        raise exception 'a proposal is confirmed while it stands'
          using errcode = 'check_violation', constraint = 'confirmation_signer', detail = 'expired';
      end if;
      fault := signer_fault(new, new.confirmed_by, new.confirmed_in, true, new.confirmed_at);
    end if;
  end if;
  if fault is not null then
    raise exception '% is not theirs to sign: %', new.action, fault
      using errcode = 'check_violation', constraint = 'confirmation_signer', detail = fault;
  end if;
  return new;
end $$;
