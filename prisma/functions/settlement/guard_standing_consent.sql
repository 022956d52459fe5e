-- Guards `standing_consent`: a merchant's own person consents to the terms that hold, once, and withdraws once;
-- nobody who sits on the operator's side speaks for it (`party_person_fault`, as detail). Raises check_violation
-- (`standing_consent_terms`, `standing_consent_person`), insufficient_privilege or restrict_violation.
create or replace function guard_standing_consent() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  terms program_terms;
  operator uuid;
  person uuid;
  fault text;
begin
  if tg_op = 'DELETE' then
    raise exception 'a consent is withdrawn and never deleted' using errcode = 'restrict_violation';
  end if;
  select * into terms from program_terms t where t.id = new.program_terms_id;
  select p.operator_id into operator from program p where p.id = terms.program_id;
  if tg_op = 'INSERT' then
    person := new.given_by;
    if new.withdrawn_by is not null or program_terms_at(terms.program_id, new.given_at) is distinct from terms.id
       or not exists (select 1 from program_party m where m.program_id = terms.program_id
                       and m.organisation_id = new.organisation_id) then
      raise exception 'a merchant of the program consents to the terms that hold'
        using errcode = 'check_violation', constraint = 'standing_consent_terms';
    end if;
  else
    person := new.withdrawn_by;
    if (new.id, new.program_terms_id, new.organisation_id, new.given_by, new.given_at)
         is distinct from (old.id, old.program_terms_id, old.organisation_id, old.given_by, old.given_at)
       or old.withdrawn_by is not null then
      raise exception 'a consent is given once and withdrawn once' using errcode = 'restrict_violation';
    end if;
  end if;
  if scope_kind() <> 'merchant' or scope_org() is distinct from new.organisation_id
     or person is null or scope_actor() is distinct from person then
    raise exception 'only a merchant''s own person consents for it, signed in as themselves'
      using errcode = 'insufficient_privilege';
  end if;
  -- Merchants join after the terms were written, invited by the operator, so only who sits on both sides is refused.
  fault := case when person in (terms.drafted_by, terms.confirmed_by) then 'of_the_operator'
                else party_person_fault(person, new.organisation_id, operator, 'infinity') end;
  if fault is not null then
    raise exception 'this person cannot consent for the merchant: %', fault
      using errcode = 'check_violation', constraint = 'standing_consent_person', detail = fault;
  end if;
  return new;
end $$;
