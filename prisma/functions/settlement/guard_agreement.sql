-- Guards `agreement`: the states of a version and who brings it into the next one. A version begins as a draft, what
-- it says never changes, and it is approved when everybody of `agreement_required` and two people of the operator
-- agree. Raises check_violation with the rule as constraint, insufficient_privilege for another's name,
-- restrict_violation.
create or replace function guard_agreement() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  lacking text;
begin
  if tg_op = 'DELETE' then
    raise exception 'an agreement is never deleted' using errcode = 'restrict_violation';
  end if;
  if tg_op = 'INSERT' then
    if new.state <> 'draft' or num_nonnulls(new.governs_from, new.proposed_at, new.proposed_by, new.decided_at,
        new.operator_approved_by, new.operator_approved_at, new.program_terms_id, new.outcome) > 0 then
      raise exception 'an agreement begins as a draft' using errcode = 'check_violation', constraint = 'agreement_begins_as_draft';
    end if;
    if new.created_by is distinct from scope_actor() then
      raise exception 'a draft carries the name of whoever drafts it' using errcode = 'insufficient_privilege';
    end if;
    return new;
  end if;

  if (new.id, new.program_id, new.version, new.terms, new.terms_sha256, new.effective_from, new.created_at)
       is distinct from (old.id, old.program_id, old.version, old.terms, old.terms_sha256, old.effective_from, old.created_at)
     or new.created_by is distinct from old.created_by then
    raise exception 'the terms of an agreement are immutable; draft another version' using errcode = 'restrict_violation';
  end if;
  if (old.proposed_at is not null and new.proposed_at is distinct from old.proposed_at)
     or (old.proposed_by is not null and new.proposed_by is distinct from old.proposed_by)
     or (old.operator_approved_by is not null and (new.operator_approved_by, new.operator_approved_at)
           is distinct from (old.operator_approved_by, old.operator_approved_at))
     or (old.state <> 'draft' and new.program_terms_id is distinct from old.program_terms_id)
     or (old.governs_from is not null and new.governs_from is distinct from old.governs_from)
     or (old.decided_at is not null and new.decided_at is distinct from old.decided_at)
     or (old.outcome is not null and (new.outcome, new.outcome_by, new.outcome_reason)
           is distinct from (old.outcome, old.outcome_by, old.outcome_reason)) then
    raise exception 'what was decided about an agreement is immutable' using errcode = 'restrict_violation';
  end if;
  if new.operator_approved_by is distinct from old.operator_approved_by
     and (old.state <> 'proposed' or new.operator_approved_at is null
          or not scope_is_operator_person(new.operator_approved_by, new.program_id)) then
    raise exception 'only a person of the operator approves a proposed version for it, signed in as themselves'
      using errcode = 'insufficient_privilege';
  end if;
  if (new.governs_from is not null or new.decided_at is not null) and new.state in ('draft', 'proposed') then
    raise exception 'a version that is not decided governs nothing' using errcode = 'check_violation';
  end if;
  if new.state = old.state then return new; end if;

  if old.state = 'draft' and new.state = 'proposed' then
    if new.proposed_at is null or new.proposed_at < new.created_at
       or not scope_is_operator_person(new.proposed_by, new.program_id) then
      raise exception 'only a person of the operator proposes a version, signed in as themselves'
        using errcode = 'insufficient_privilege';
    end if;
    select string_agg(slug, ', ') into lacking from agreement_names(new.terms) as named(slug)
     where not exists (select 1 from organisation o where o.slug = named.slug);
    if lacking is not null then
      raise exception 'nobody is called %', lacking using errcode = 'check_violation', constraint = 'agreement_names_parties';
    end if;
    -- Two who propose at once: the second sees the first.
    perform 1 from program p where p.id = new.program_id for no key update;
    if exists (select 1 from agreement a where a.program_id = new.program_id and a.id <> new.id
                and ((a.state in ('proposed', 'approved') and a.effective_from = new.effective_from)
                  or a.governs_from = new.effective_from)) then
      raise exception 'another version begins at this moment'
        using errcode = 'unique_violation', constraint = 'agreement_date_once';
    end if;
    new.program_terms_id := program_terms_at(new.program_id, new.proposed_at);
    return new;
  end if;

  if old.state = 'proposed' and new.state = 'approved' then
    if new.decided_at is null or new.decided_at > clock_timestamp() + interval '5 minutes' then
      raise exception 'a version is approved now' using errcode = 'check_violation';
    end if;
    if new.operator_approved_by is null then
      raise exception 'the operator''s second person has not approved'
        using errcode = 'check_violation', constraint = 'agreement_needs_operator';
    end if;
    if new.decided_at > agreement_expires_at(new.effective_from, new.proposed_at, new.program_terms_id) then
      raise exception 'the proposal has expired' using errcode = 'check_violation', constraint = 'agreement_expired';
    end if;
    select string_agg(o.slug, ', ' order by o.slug) into lacking
      from agreement_standing(new.id, new.decided_at) s join organisation o on o.id = s.organisation_id
     where o.kind <> 'operator'
       and ((s.because is not null and not s.agreed) or s.answer = 'rejected'
         or s.answered_by in (new.created_by, new.proposed_by, new.operator_approved_by));
    if lacking is not null then
      raise exception 'not everybody has agreed: %', lacking
        using errcode = 'check_violation', constraint = 'agreement_needs_everybody', detail = lacking;
    end if;
    if new.governs_from is null or new.governs_from < new.effective_from
       or (new.governs_from < new.decided_at and exists (
             select 1 from agreement a where a.program_id = new.program_id and a.governs_from <= new.decided_at)) then
      raise exception 'a version does not govern what another governed before'
        using errcode = 'check_violation', constraint = 'agreement_governs_forward';
    end if;
    update agreement_party p set standing_consent_id = s.standing_consent_id
      from agreement_standing(new.id, new.decided_at) s
     where p.agreement_id = new.id and p.organisation_id = s.organisation_id
       and p.answer is null and s.agreed and s.standing_consent_id is not null;
    return new;
  end if;

  if old.state = 'proposed' and new.state = 'rejected' then
    if new.decided_at is null or not (case new.outcome
         when 'rejected' then exists (select 1 from agreement_party p where p.agreement_id = new.id and p.answer = 'rejected')
         when 'withdrawn' then scope_is_operator_person(new.outcome_by, new.program_id) and length(trim(new.outcome_reason)) > 0
         when 'expired' then new.decided_at > agreement_expires_at(new.effective_from, new.proposed_at, new.program_terms_id)
         else false end) then
      raise exception 'nobody has rejected this version' using errcode = 'check_violation', constraint = 'agreement_outcome';
    end if;
    return new;
  end if;

  if old.state = 'approved' and new.state = 'in_force' then
    if new.governs_from <= clock_timestamp() + interval '5 minutes' then return new; end if;
  elsif old.state in ('approved', 'in_force') and new.state = 'superseded' then
    if exists (select 1 from agreement a where a.program_id = new.program_id and a.id <> new.id
                and a.state in ('approved', 'in_force') and a.governs_from > new.governs_from
                and a.governs_from <= clock_timestamp() + interval '5 minutes') then return new; end if;
  end if;
  raise exception 'an agreement does not go from % to % now', old.state, new.state
    using errcode = 'check_violation', constraint = 'agreement_states';
end $$;
