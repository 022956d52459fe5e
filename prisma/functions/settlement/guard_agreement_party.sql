-- Guards `agreement_party`: a party is asked of a proposed version and answers once, through its own person signed
-- in, who may speak for it (`agreement_person_fault`, as detail). Raises check_violation with the rule as constraint,
-- insufficient_privilege or restrict_violation.
create or replace function guard_agreement_party() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  version agreement;
  fault text;
begin
  if tg_op = 'DELETE' then
    raise exception 'a party stays asked' using errcode = 'restrict_violation';
  end if;
  select * into version from agreement a where a.id = new.agreement_id;
  if tg_op = 'INSERT' then
    if num_nonnulls(new.answer, new.answered_by, new.answered_at, new.reason, new.standing_consent_id) > 0
       or version.state <> 'proposed' or new.asked_at < version.proposed_at then
      raise exception 'a party is asked of a proposed version and answers afterwards'
        using errcode = 'check_violation', constraint = 'agreement_party_is_asked';
    end if;
    return new;
  end if;
  if (new.agreement_id, new.organisation_id, new.asked_at) is distinct from (old.agreement_id, old.organisation_id, old.asked_at)
     or old.answer is not null or old.standing_consent_id is not null then
    raise exception 'an answer is given once and stays' using errcode = 'restrict_violation';
  end if;
  -- The approval of the version itself notes by which consent a silent merchant is bound.
  if new.answer is null and num_nonnulls(new.answered_by, new.answered_at, new.reason) = 0 and pg_trigger_depth() > 1 then
    return new;
  end if;
  if new.answer is null or new.answered_at is null or new.standing_consent_id is not null
     or version.state <> 'proposed' then
    raise exception 'an answer is for a proposed version' using errcode = 'check_violation', constraint = 'agreement_party_answers';
  end if;
  if new.answer = 'rejected' and coalesce(length(trim(new.reason)), 0) = 0 then
    raise exception 'a rejection has a reason' using errcode = 'check_violation', constraint = 'agreement_party_reason';
  end if;
  if scope_kind() not in ('merchant', 'agency') or scope_org() is distinct from new.organisation_id
     or new.answered_by is null or scope_actor() is distinct from new.answered_by then
    raise exception 'only a party''s own person answers for it, signed in as themselves' using errcode = 'insufficient_privilege';
  end if;
  fault := agreement_person_fault(new.agreement_id, new.organisation_id, new.answered_by);
  if fault is not null then
    raise exception 'this person cannot answer for the party: %', fault
      using errcode = 'check_violation', constraint = 'agreement_party_person', detail = fault;
  end if;
  return new;
end $$;
