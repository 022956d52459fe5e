-- Guards `program_terms`: drafted by one and confirmed by another person of the operator, signed in, only while they
-- are the newest; what they say never changes. Raises insufficient_privilege or restrict_violation.
create or replace function guard_program_terms() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'terms are never deleted' using errcode = 'restrict_violation';
  end if;
  if tg_op = 'INSERT' then
    if new.confirmed_by is not null or not scope_is_operator_person(new.drafted_by, new.program_id) then
      raise exception 'a person of the operator drafts terms, signed in as themselves' using errcode = 'insufficient_privilege';
    end if;
    return new;
  end if;
  if (new.id, new.program_id, new.version, new.body, new.notice_days, new.drafted_by, new.drafted_at)
       is distinct from (old.id, old.program_id, old.version, old.body, old.notice_days, old.drafted_by, old.drafted_at)
     or old.confirmed_by is not null then
    raise exception 'terms are immutable; draft others' using errcode = 'restrict_violation';
  end if;
  if new.confirmed_by is not null and (not scope_is_operator_person(new.confirmed_by, new.program_id)
       or exists (select 1 from program_terms t where t.program_id = new.program_id and t.version > new.version)) then
    raise exception 'a person of the operator confirms the newest terms, signed in as themselves'
      using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
