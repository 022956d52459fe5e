-- A version comes into force when everybody whose money it touches has agreed: the parties that it names, those that
-- the versions before it name, and the merchants of the program. The operator's own side is two people. All of it is
-- reckoned here, from the terms and the program's members, and never from rows that a service chose to write.

-- What a merchant agrees to for the program as a whole: how much notice it gets of a version that it has not answered.
create table program_terms (
  id uuid primary key,
  program_id uuid not null references program,
  version integer not null check (version > 0),
  body text not null check (length(body) between 1 and 20000),
  notice_days integer not null check (notice_days between 7 and 365),
  drafted_by uuid not null references app_user,
  drafted_at timestamptz not null,
  confirmed_by uuid references app_user,
  confirmed_at timestamptz,
  unique (program_id, version),
  check ((confirmed_by is null) = (confirmed_at is null)),
  check (confirmed_at >= drafted_at)
);

-- One merchant's word that silence during the notice is agreement. It is for these terms and no others.
create table standing_consent (
  id uuid primary key,
  program_terms_id uuid not null references program_terms,
  organisation_id uuid not null references organisation,
  given_by uuid not null references app_user,
  given_at timestamptz not null,
  withdrawn_by uuid references app_user,
  withdrawn_at timestamptz,
  check ((withdrawn_by is null) = (withdrawn_at is null)),
  check (withdrawn_at >= given_at)
);
create unique index standing_consent_once on standing_consent (program_terms_id, organisation_id) where withdrawn_at is null;
create index standing_consent_by_organisation on standing_consent (organisation_id);

alter table agreement
  add column proposed_by uuid references app_user,
  add column operator_approved_by uuid references app_user,
  add column operator_approved_at timestamptz,
  -- The program's terms for merchants as they stood when it was proposed.
  add column program_terms_id uuid references program_terms,
  -- Why it was rejected.
  add column outcome text check (outcome in ('rejected', 'withdrawn', 'expired')),
  add column outcome_by uuid references app_user,
  add column outcome_reason text;
alter table agreement_party
  -- From when its notice runs.
  add column asked_at timestamptz not null default now(),
  -- By which consent it was bound without an answer; set when the version was approved.
  add column standing_consent_id uuid references standing_consent;

select protect_rows('agreement', '{state,proposed_at,proposed_by,decided_at,governs_from,operator_approved_by,operator_approved_at,program_terms_id,outcome,outcome_by,outcome_reason}');
select protect_rows('agreement_party', '{asked_at,answer,answered_by,answered_at,reason,standing_consent_id}');
select protect_rows('program_terms', '{confirmed_by,confirmed_at}');
select protect_rows('standing_consent', '{withdrawn_by,withdrawn_at}');

-- What stands already. A version whose date is still to come was approved without the merchants: it waits for them.
update agreement_party p set asked_at = coalesce(a.proposed_at, a.created_at)
  from agreement a where a.id = p.agreement_id;
update agreement set proposed_by = created_by where state <> 'draft';
update agreement set outcome = 'rejected' where state = 'rejected';
update agreement set state = 'proposed', governs_from = null, decided_at = null
 where state = 'approved' and governs_from > now();

-- The short names in any corner of the terms: who gets something, funds something, or bears something.
create function agreement_names(terms jsonb) returns setof text
  language sql immutable parallel safe
  as $$
    select distinct name #>> '{}'
      from (select jsonb_path_query(terms, '$.**.to ? (@.type() == "string")') as name
            union all select jsonb_path_query(terms, '$.**.from ? (@.type() == "string")')
            union all select jsonb_path_query(terms, '$.**.bearer ? (@.type() == "string")')) names
     where name #>> '{}' not in ('operator', '$merchant', 'by-legs')
  $$;

-- Everybody but the operator who must agree to this version, and why: it names them ('named'), a version that governs
-- or will govern names them ('named_before'), or they take payments in the program ('merchant').
create function agreement_required(agreement uuid) returns table (organisation_id uuid, because text)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    with this as (
      select a.id, a.program_id, p.operator_id from agreement a join program p on p.id = a.program_id
       where a.id = agreement_required.agreement
    ), everyone as (
      select o.id, case when a.id = this.id then 1 else 2 end as rank
        from this join agreement a on a.program_id = this.program_id
                                  and (a.id = this.id or a.state in ('in_force', 'approved'))
             cross join lateral agreement_names(a.terms) as named(slug)
             join organisation o on o.slug = named.slug
      union all
      select o.id, 3 from this join program_party m on m.program_id = this.program_id
             join organisation o on o.id = m.organisation_id where o.kind = 'merchant'
    )
    select e.id, (array['named', 'named_before', 'merchant'])[min(e.rank)]
      from everyone e, this where e.id <> this.operator_id group by e.id
  $$;

-- Where everybody stands at a moment. A standing consent speaks for a merchant as one of the program's merchants: it
-- was given before the merchant was asked, and holds once the notice has passed. Whoever is named answers in person.
create function agreement_standing(agreement uuid, moment timestamptz) returns table (
    organisation_id uuid, because text, asked_at timestamptz, answer text, answered_by uuid, answered_at timestamptz,
    reason text, standing_consent_id uuid, notice_ends_at timestamptz, agreed boolean)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    with this as (select a.* from agreement a where a.id = agreement_standing.agreement),
    required as (
      select r.* from this cross join lateral agreement_required(this.id) r where this.state in ('draft', 'proposed')
    ), asked as (select p.* from agreement_party p where p.agreement_id = agreement_standing.agreement)
    select organisation_id, r.because, p.asked_at, p.answer, p.answered_by, p.answered_at, p.reason,
           coalesce(p.standing_consent_id, c.id), c.notice_ends_at,
           coalesce(p.answer = 'approved', false) or p.standing_consent_id is not null
             or (p.answer is null and coalesce(c.notice_ends_at <= moment, false))
      from required r full join asked p using (organisation_id)
      left join lateral (
        select s.id, p.asked_at + make_interval(hours => 24 * t.notice_days) as notice_ends_at
          from this join program_terms t on t.id = this.program_terms_id
               join standing_consent s on s.program_terms_id = t.id
         where s.organisation_id = p.organisation_id and s.given_at <= p.asked_at
           and (s.id = p.standing_consent_id
             or (r.because = 'merchant' and (s.withdrawn_at is null
               or s.withdrawn_at >= p.asked_at + make_interval(hours => 24 * t.notice_days))))
         order by s.given_at limit 1
      ) c on true
  $$;
revoke execute on function agreement_standing(uuid, timestamptz) from public;

-- The same as far as the scope may see it: everything for the platform; for a party its own row and the agencies'.
create function agreement_answers(agreement uuid, moment timestamptz) returns table (
    organisation_id uuid, slug text, name text, kind text, because text, asked_at timestamptz, answer text,
    answered_by uuid, answered_at timestamptz, reason text, standing_consent_id uuid, notice_ends_at timestamptz,
    agreed boolean)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select o.id, o.slug, o.name, o.kind, s.because, s.asked_at, s.answer, s.answered_by, s.answered_at, s.reason,
           s.standing_consent_id, s.notice_ends_at, s.agreed
      from agreement_standing(agreement, moment) s join organisation o on o.id = s.organisation_id
     where scope_is_platform() or o.id = scope_org() or (o.kind <> 'merchant' and scope_named_in(agreement))
     order by o.name, o.id
  $$;

-- How many merchants must agree and how many do, for those who may not see which.
create function agreement_merchants(agreement uuid, moment timestamptz)
  returns table (asked integer, agreed integer)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select count(*)::integer, (count(*) filter (where s.agreed))::integer
      from agreement_standing(agreement, moment) s join organisation o on o.id = s.organisation_id
     where o.kind = 'merchant' and (scope_is_platform() or scope_named_in(agreement))
  $$;

-- The program's terms for merchants that hold at a moment.
create function program_terms_at(program uuid, moment timestamptz) returns uuid
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select t.id from program_terms t
     where t.program_id = program_terms_at.program and t.confirmed_at <= moment order by t.version desc limit 1
  $$;

-- A proposal does not wait for ever, so that nobody keeps old approvals to use them when it suits.
create function agreement_expires_at(effective_from timestamptz, proposed_at timestamptz, program_terms_id uuid)
  returns timestamptz
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select greatest(effective_from, proposed_at + make_interval(hours => 24 * coalesce(
      (select t.notice_days from program_terms t where t.id = program_terms_id), 0))) + make_interval(hours => 24 * 30)
  $$;

create function is_member(person uuid, organisation uuid, since timestamptz default null) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select exists (
      select 1 from membership m join app_user u on u.id = m.user_id
       where m.user_id = person and m.organisation_id = organisation and u.disabled_at is null
         and (m.revoked_at is null or m.revoked_at > since))
  $$;

-- Why this person cannot speak for this organisation to its program's operator; null when nothing speaks against it:
-- 'not_a_member', 'of_the_operator' (sits, or sat since then, on the operator's side as well), 'brought_by_operator'
-- (came in after `since`, directly or through others who did, by somebody of the operator's side).
create function party_person_fault(person uuid, organisation uuid, operator uuid, since timestamptz) returns text
  language sql stable security definer set search_path = public, pg_temp
  as $$
    with recursive links(who, by) as (
      select i.accepted_by, i.created_by from invitation i
       where i.organisation_id = organisation and i.accepted_at > since and i.created_by is not null
      union all
      select m.user_id, m.created_by from membership m
       where m.organisation_id = organisation and m.created_at > since and m.created_by <> m.user_id
    ), bringers(who) as (
      select by from links where who = person
      union select links.by from bringers join links on links.who = bringers.who
    )
    select case
      when not exists (select 1 from membership m where m.user_id = person and m.organisation_id = organisation
                         and m.revoked_at is null and m.role <> 'viewer') or not is_member(person, organisation)
        then 'not_a_member'
      when is_member(person, operator, since) then 'of_the_operator'
      when exists (select 1 from bringers b join membership m on m.user_id = b.who and m.organisation_id = operator)
        then 'brought_by_operator'
    end
  $$;

-- Why this person cannot answer this version for this organisation; null when nothing speaks against it.
create function agreement_person_fault(agreement uuid, organisation uuid, person uuid) returns text
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select case when person in (a.created_by, a.proposed_by, a.operator_approved_by) then 'of_the_operator'
                else party_person_fault(person, organisation, p.operator_id, a.created_at) end
      from agreement a join program p on p.id = a.program_id where a.id = agreement_person_fault.agreement
  $$;

-- Whether this transaction is the operator's of this program, and signed in as this person, who belongs to it.
create function scope_is_operator_person(person uuid, program uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select coalesce(scope_kind() = 'operator' and scope_actor() = person and exists (
      select 1 from program p where p.id = program and p.operator_id = scope_org() and is_member(person, p.operator_id)), false)
  $$;

create function guard_agreement() returns trigger
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
drop trigger agreement_immutable on agreement;
drop function refuse_terms_change();
-- Triggers fire by name: who signs is judged before what changes.
create trigger valid_change before insert or update or delete on agreement
  for each row execute function guard_agreement();
create trigger agreement_no_truncate before truncate on agreement
  for each statement execute function refuse_change();
create trigger two_people_drafter before insert or update on agreement
  for each row execute function require_two_people('agreement.approve', 'created_by', 'operator_approved_by', 'created_at');
create trigger two_people_proposer before insert or update on agreement
  for each row execute function require_two_people('agreement.approve_proposal', 'proposed_by', 'operator_approved_by', 'proposed_at');

create function guard_agreement_party() returns trigger
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
create trigger valid_change before insert or update or delete on agreement_party
  for each row execute function guard_agreement_party();
create trigger agreement_party_no_truncate before truncate on agreement_party
  for each statement execute function refuse_change();

create function guard_program_terms() returns trigger
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
create trigger valid_change before insert or update or delete on program_terms
  for each row execute function guard_program_terms();
create trigger program_terms_no_truncate before truncate on program_terms
  for each statement execute function refuse_change();
create trigger two_people before insert or update on program_terms
  for each row execute function require_two_people('program_terms.confirm', 'drafted_by', 'confirmed_by', 'drafted_at');

create function guard_standing_consent() returns trigger
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
create trigger valid_change before insert or update or delete on standing_consent
  for each row execute function guard_standing_consent();
create trigger standing_consent_no_truncate before truncate on standing_consent
  for each statement execute function refuse_change();

-- Agreements name parties by their short names, so a name stays with its organisation.
create function refuse_slug_change() returns trigger language plpgsql as $$
begin
  raise exception 'the short name of a party stays, because agreements name it' using errcode = 'restrict_violation';
end $$;
create trigger organisation_slug_stays before update on organisation for each row
  when (new.slug is distinct from old.slug and old.kind <> 'operator')
  execute function refuse_slug_change();

alter table program_terms enable row level security;
alter table standing_consent enable row level security;
create policy program_terms_read on program_terms for select to purse_app
  using (scope_is_platform() or (confirmed_at is not null and scope_in_program(program_id)));
create policy program_terms_write on program_terms for insert to purse_app with check (scope_is_platform());
create policy program_terms_edit on program_terms for update to purse_app using (scope_is_platform());
create policy standing_consent_read on standing_consent for select to purse_app
  using (scope_is_platform() or organisation_id = scope_org());
create policy standing_consent_write on standing_consent for insert to purse_app
  with check (organisation_id = scope_org() and scope_kind() = 'merchant');
create policy standing_consent_edit on standing_consent for update to purse_app
  using (organisation_id = scope_org() and scope_kind() = 'merchant');
grant select, insert, update on program_terms, standing_consent to purse_app;

-- Merchants of one program are strangers to each other: neither who was asked nor what was answered.
drop policy agreement_party_read on agreement_party;
create policy agreement_party_read on agreement_party for select to purse_app
  using (scope_is_platform() or organisation_id = scope_org()
    or (scope_named_in(agreement_id)
      and exists (select 1 from organisation o where o.id = organisation_id and o.kind <> 'merchant')));

-- From here on the columns that the change of what stood needed are closed again.
select protect_rows('agreement', '{state,proposed_at,proposed_by,decided_at,governs_from,operator_approved_by,operator_approved_at,program_terms_id,outcome,outcome_by,outcome_reason}', '{in_force,superseded,rejected}', '{state}');
select protect_rows('agreement_party', '{answer,answered_by,answered_at,reason,standing_consent_id}');
