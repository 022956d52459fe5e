-- Proposals that a second person has to confirm, and the triggers without which what they allow cannot happen.

-- Micros in one minor unit of a currency; a test holds it against the list of currencies.
create function micros_per_minor(currency text) returns bigint language sql immutable parallel safe
  as $$
    select case
      when currency in ('CLP', 'ISK', 'JPY', 'KRW', 'VND') then 1000000
      when currency in ('BHD', 'JOD', 'KWD', 'OMR', 'TND') then 1000
      else 10000
    end::bigint
  $$;

-- The text's encoding is fixed, so the same text gives the same hash for ever.
create function sha256_of(content text) returns text language sql immutable parallel safe
  as $$ select encode(sha256(convert_to(content, 'UTF8')), 'hex') $$;

-- One row a proposal. What it proposes never changes; it is confirmed, rejected, withdrawn or expires, once. The deed
-- carries the id of its confirmed row, and the trigger of the deed's table compares it with the row and uses it up.
create table confirmation (
  id uuid primary key,
  action text not null constraint confirmation_action check (action in
    ('adjustment.add', 'payout_rule.set', 'payout.take_back', 'bank_account.use', 'authority_setting.set')),
  program_id uuid references program,
  -- Whom it concerns; null for what concerns the whole platform.
  organisation_id uuid references organisation,
  subject_id uuid,
  payload jsonb not null,
  payload_sha256 text not null generated always as (sha256_of(payload::text)) stored,
  proposed_by uuid not null references app_user,
  -- The organisation for which the person acted.
  proposed_in uuid not null references organisation,
  proposed_at timestamptz not null,
  expires_at timestamptz not null,
  confirmed_by uuid references app_user,
  confirmed_in uuid references organisation,
  confirmed_at timestamptz,
  -- When the deed was done; a confirmation allows it once.
  applied_at timestamptz,
  outcome text check (outcome in ('rejected', 'withdrawn', 'expired')),
  ended_by uuid references app_user,
  ended_at timestamptz,
  reason text,
  constraint expires_later check (expires_at > proposed_at),
  constraint confirmed_whole check ((confirmed_by is null) = (confirmed_at is null)
    and (confirmed_by is null) = (confirmed_in is null)),
  constraint ended_whole check ((outcome is null) = (ended_at is null)),
  constraint answered_once check (confirmed_by is null or outcome is null),
  constraint withdrawn_by_proposer check (outcome is distinct from 'withdrawn' or ended_by is not distinct from proposed_by),
  constraint applied_when_confirmed check (applied_at is null or confirmed_by is not null)
);
create index confirmation_waiting on confirmation (proposed_at) where confirmed_by is null and outcome is null;
create index confirmation_by_proposer on confirmation (proposed_by, action, proposed_at);
create index confirmation_by_confirmer on confirmation (confirmed_by, action, confirmed_at) where confirmed_by is not null;
create index confirmation_by_organisation on confirmation (organisation_id, id desc);
create index confirmation_by_subject on confirmation (subject_id) where subject_id is not null;

-- Settings of authority; without a row the default of `authority_value` holds.
create table authority_setting (
  name text primary key constraint authority_setting_name check (name in
    ('adjustment_limit.finance', 'adjustment_limit.admin', 'bank_account.cooling_hours')),
  value bigint not null check (value >= 0),
  confirmation_id uuid not null references confirmation,
  changed_at timestamptz not null,
  constraint cooling_bounded check (name <> 'bank_account.cooling_hours' or value <= 720),
  constraint limit_bounded check (name = 'bank_account.cooling_hours' or value <= 100000000000)
);

-- Limits of adjustments are counted in minor units (cents, yen), so that one figure makes sense in every currency.
create function authority_value(setting text) returns bigint
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select coalesce((select value from authority_setting where name = setting),
      case setting
        when 'adjustment_limit.finance' then 100000
        when 'adjustment_limit.admin' then 1000000
        when 'bank_account.cooling_hours' then 24
      end)
  $$;

-- The role with which somebody may sign for an organisation now: 'admin' or 'finance'; null for everybody else.
create function signing_role(person uuid, organisation uuid) returns text
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select m.role from membership m join app_user u on u.id = m.user_id join organisation o on o.id = m.organisation_id
     where m.user_id = person and m.organisation_id = organisation and m.revoked_at is null
       and u.disabled_at is null and o.suspended_at is null and m.role in ('admin', 'finance')
  $$;

create function has_active_admin(organisation uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select exists (select 1 from membership m join app_user u on u.id = m.user_id
      where m.organisation_id = organisation and m.role = 'admin' and m.revoked_at is null and u.disabled_at is null)
  $$;

-- What the person has proposed, or confirmed, of adjustments within the 24 hours before `at`, in minor units, leaving
-- out one proposal. Rejected, withdrawn and expired ones do not count.
create function adjusted_minor(person uuid, as_confirmer boolean, in_currency text, at timestamptz, without uuid)
  returns numeric language sql stable security definer set search_path = public, pg_temp
  as $$
    select coalesce(sum(abs((c.payload ->> 'amount_micros')::bigint)), 0) / micros_per_minor(in_currency)
      from confirmation c join program p on p.id = c.program_id
     where c.action = 'adjustment.add' and c.id <> without and c.outcome is null and p.currency = in_currency
       and case when as_confirmer then c.confirmed_by = person and c.confirmed_at > at - interval '24 hours'
                else c.proposed_by = person and c.proposed_at > at - interval '24 hours' end
  $$;

-- Why a person may not stand on one side of a proposal, or null: 'not_a_signer', 'above_limit', 'party_must_confirm'.
create function signer_fault(proposal confirmation, person uuid, in_organisation uuid, as_confirmer boolean, at timestamptz)
  returns text language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  signs_as text := signing_role(person, in_organisation);
  in_kind text := (select kind from organisation where id = in_organisation);
  currency_of text;
begin
  if signs_as is null then return 'not_a_signer'; end if;
  if in_kind = 'operator' then
    if proposal.program_id is not null
       and not exists (select 1 from program where id = proposal.program_id and operator_id = in_organisation) then
      return 'not_a_signer';
    end if;
    if proposal.action = 'authority_setting.set' and not as_confirmer and signs_as <> 'admin' then
      return 'not_a_signer';
    end if;
  elsif proposal.action <> 'bank_account.use' or in_organisation is distinct from proposal.organisation_id then
    return 'not_a_signer';
  end if;
  -- What the operator enters on a party's behalf is for the party to confirm, as soon as it has somebody who can.
  if proposal.action = 'bank_account.use' and as_confirmer and in_organisation <> proposal.organisation_id
     and proposal.proposed_in <> proposal.organisation_id and has_active_admin(proposal.organisation_id) then
    return 'party_must_confirm';
  end if;
  if proposal.action = 'adjustment.add' then
    select currency into currency_of from program where id = proposal.program_id;
    if adjusted_minor(person, as_confirmer, currency_of, at, proposal.id)
       + abs((proposal.payload ->> 'amount_micros')::numeric) / micros_per_minor(currency_of)
       > authority_value('adjustment_limit.' || signs_as) then
      return 'above_limit';
    end if;
  end if;
  return null;
end $$;

-- Why this person may not confirm a proposal at this moment, or null when they may.
create function confirmation_fault(proposal_id uuid, person uuid, in_organisation uuid, at timestamptz) returns text
  language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  proposal confirmation;
begin
  select * into proposal from confirmation where id = proposal_id;
  if proposal.id is null then return 'not_found'; end if;
  if proposal.confirmed_by is not null or proposal.outcome is not null then return 'answered_already'; end if;
  if at >= proposal.expires_at then return 'expired'; end if;
  return coalesce(second_person_fault(proposal.proposed_by, person, proposal.proposed_at),
                  signer_fault(proposal, person, in_organisation, true, at));
end $$;

create function guard_confirmation() returns trigger
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
create trigger guard before insert or update on confirmation for each row execute function guard_confirmation();
create trigger two_people before insert or update on confirmation
  for each row execute function require_two_people('confirmation.confirm', 'proposed_by', 'confirmed_by', 'proposed_at');

-- The only way to a deed: a confirmed proposal of just this deed that was not used before.
create function use_confirmation(proposal_id uuid, of_action text, of_program uuid, of_organisation uuid, of_subject uuid, of_payload jsonb)
  returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update confirmation set applied_at = confirmed_at
   where id = proposal_id and action = of_action and confirmed_by is not null and applied_at is null
     and program_id is not distinct from of_program and organisation_id is not distinct from of_organisation
     and subject_id is not distinct from of_subject and payload = of_payload;
  if not found then
    raise exception '% was not confirmed by a second person', of_action
      using errcode = 'check_violation', constraint = 'confirmed', detail = of_action;
  end if;
end $$;
revoke execute on function use_confirmation(uuid, text, uuid, uuid, uuid, jsonb) from public;

-- --- Adjustments -----------------------------------------------------------------------------------------------

alter table adjustment add column confirmation_id uuid references confirmation;
create unique index adjustment_once on adjustment (confirmation_id, party_id) where confirmation_id is not null;

create function guard_adjustment() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  program_row program;
begin
  if tg_op = 'UPDATE' then
    if to_jsonb(new) - 'settlement_run_id' <> to_jsonb(old) - 'settlement_run_id'
       or (old.settlement_run_id is not null and new.settlement_run_id is distinct from old.settlement_run_id) then
      raise exception 'an adjustment is never changed; add another' using errcode = 'restrict_violation';
    end if;
    return new;
  end if;
  select * into program_row from program where id = new.program_id;
  if new.amount_micros % micros_per_minor(program_row.currency) <> 0 then
    raise exception 'an adjustment is in whole minor units of %', program_row.currency
      using errcode = 'check_violation', constraint = 'whole_minor_units';
  end if;
  if new.party_id = program_row.operator_id then
    -- The other side of what a party got or gave.
    if not exists (select 1 from adjustment a join confirmation c on c.id = a.confirmation_id
        where a.confirmation_id = new.confirmation_id and a.party_id = c.organisation_id
          and a.program_id = new.program_id and a.amount_micros = -new.amount_micros) then
      raise exception 'adjustment.add was not confirmed by a second person'
        using errcode = 'check_violation', constraint = 'confirmed', detail = 'adjustment.add';
    end if;
  else
    perform use_confirmation(new.confirmation_id, 'adjustment.add', new.program_id, new.party_id, null,
      jsonb_build_object('amount_micros', new.amount_micros::text, 'reason', new.reason));
  end if;
  return new;
end $$;
create trigger guard before insert or update on adjustment for each row execute function guard_adjustment();

-- --- Payout rules ----------------------------------------------------------------------------------------------

alter table payout_rule add column confirmation_id uuid references confirmation;

create function guard_payout_rule() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform use_confirmation(new.confirmation_id, 'payout_rule.set', new.program_id, new.organisation_id, null,
    jsonb_build_object('minimum_micros', new.minimum_micros::text, 'held', new.held));
  return new;
end $$;
create trigger guard before insert or update on payout_rule for each row execute function guard_payout_rule();

-- --- Payouts that come back ------------------------------------------------------------------------------------

alter table payout add column take_back_id uuid references confirmation;

-- A payout that was sent is owed again only when two people say that the bank did not keep it.
create function guard_take_back() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'INSERT' or new.state <> old.state then
    perform use_confirmation(new.take_back_id, 'payout.take_back', new.program_id, new.party_id, new.id,
      jsonb_build_object('state', new.state, 'reason', new.failure_reason));
  end if;
  return new;
end $$;
create trigger guard_take_back before insert or update on payout for each row
  when (new.state in ('failed', 'returned')) execute function guard_take_back();

-- --- Settings --------------------------------------------------------------------------------------------------

create function guard_authority_setting() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform use_confirmation(new.confirmation_id, 'authority_setting.set', null, null, null,
    jsonb_build_object('name', new.name, 'value', new.value::text));
  return new;
end $$;
create trigger guard before insert or update on authority_setting
  for each row execute function guard_authority_setting();

-- Everything that waits for a second person, whatever table it stands in: one more kind is one more branch.
create view waiting_for_second_person with (security_invoker = true) as
  select id, action, program_id, organisation_id, subject_id, proposed_by, proposed_at, expires_at
    from confirmation where confirmed_by is null and outcome is null
  union all
  select id, 'run.approve', program_id, null, id, created_by, coalesce(calculated_at, created_at), null
    from settlement_run where state = 'calculated';

alter table confirmation enable row level security;
alter table authority_setting enable row level security;
create policy confirmation_read on confirmation for select to purse_app
  using (scope_is_platform() or (action = 'bank_account.use' and organisation_id = scope_org()));
create policy confirmation_write on confirmation for insert to purse_app
  with check (scope_is_platform()
    or (action = 'bank_account.use' and organisation_id = scope_org() and proposed_in = scope_org()));
create policy confirmation_edit on confirmation for update to purse_app
  using (scope_is_platform() or (action = 'bank_account.use' and organisation_id = scope_org()));
create policy authority_setting_read on authority_setting for select to purse_app using (scope_kind() <> '');
create policy authority_setting_write on authority_setting for insert to purse_app with check (scope_is_platform());
create policy authority_setting_edit on authority_setting for update to purse_app using (scope_is_platform());
grant select, insert, update on confirmation, authority_setting to purse_app;
grant select on waiting_for_second_person to purse_app;
