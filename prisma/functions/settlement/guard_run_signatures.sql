-- Who stands under a run. The creator never changes; the first signature of a calendar's run is given once, in one's
-- own name; whoever proposed an adjustment that the run pays does not approve it, nor does their puppet.
create or replace function guard_run_signatures() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  fault text;
begin
  if tg_op = 'INSERT' then
    if scope_actor() is not null and new.created_by is not null and scope_actor() <> new.created_by then
      raise exception 'a run is closed in another person''s name' using errcode = 'insufficient_privilege';
    end if;
    if new.approved_by is not null then
      raise exception 'a run begins without an approval' using errcode = 'restrict_violation';
    end if;
    new.signed_by := new.created_by;
    new.signed_at := case when new.created_by is null then null else new.created_at end;
    return new;
  end if;
  if new.created_by is distinct from old.created_by or new.program_id <> old.program_id then
    raise exception 'the creator of a run never changes' using errcode = 'restrict_violation';
  end if;
  if new.signed_by is distinct from old.signed_by then
    if old.created_by is not null then
      raise exception 'the first signature of a run is its creator''s' using errcode = 'restrict_violation';
    end if;
    if new.signed_by is not null and (old.signed_by is not null or new.approved_by is not null
        or (scope_actor() is not null and scope_actor() <> new.signed_by)) then
      raise exception 'a run is signed once, in one''s own name' using errcode = 'insufficient_privilege';
    end if;
  end if;
  if new.approved_by is not null and new.approved_by is distinct from old.approved_by then
    select second_person_fault(c.proposed_by, new.approved_by, c.proposed_at) into fault
      from adjustment a join confirmation c on c.id = a.confirmation_id
     where a.settlement_run_id = new.id and second_person_fault(c.proposed_by, new.approved_by, c.proposed_at) is not null
     limit 1;
    if fault is not null then
      raise exception 'the approver proposed an adjustment that this run pays: %', fault
        using errcode = 'check_violation', constraint = 'adjustment_by_approver', detail = fault;
    end if;
  end if;
  return new;
end $$;
