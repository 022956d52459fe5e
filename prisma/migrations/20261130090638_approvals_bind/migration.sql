-- What was approved is what is sent, and to whom it goes takes two people.

-- --- Bank accounts ---------------------------------------------------------------------------------------------

-- waiting (entered) → resting (a second person confirmed it) → active (in use) → disabled; or waiting → refused.
alter table bank_account
  drop constraint bank_account_check,
  drop constraint bank_account_state_check,
  alter column state set default 'waiting',
  add constraint bank_account_state check (state in ('waiting', 'resting', 'active', 'disabled', 'refused')),
  add column confirmation_id uuid references confirmation,
  -- From when it may be used: a change of account rests first, so that whose account it was can object.
  add column usable_from timestamptz,
  add column activated_at timestamptz,
  add column disabled_at timestamptz,
  add column disabled_reason text;
create unique index bank_account_waiting on bank_account (organisation_id, currency) where state in ('waiting', 'resting');

create function guard_bank_account() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  moves text[] := array['state', 'approved_by', 'confirmation_id', 'usable_from', 'activated_at', 'disabled_at', 'disabled_reason'];
begin
  if tg_op = 'INSERT' then
    if new.state <> 'waiting' or new.confirmation_id is not null or new.usable_from is not null then
      raise exception 'a bank account begins by waiting for a second person'
        using errcode = 'check_violation', constraint = 'confirmed', detail = 'bank_account.use';
    end if;
    if scope_actor() is not null and scope_actor() is distinct from new.created_by then
      raise exception 'a bank account is entered in another person''s name' using errcode = 'insufficient_privilege';
    end if;
    return new;
  end if;
  if to_jsonb(new) - moves <> to_jsonb(old) - moves then
    raise exception 'a bank account is never changed; enter another' using errcode = 'restrict_violation';
  end if;
  if new.state = old.state then
    if to_jsonb(new) <> to_jsonb(old) then
      raise exception 'a bank account is never changed; enter another' using errcode = 'restrict_violation';
    end if;
    return new;
  end if;
  if old.state = 'waiting' and new.state = 'resting' then
    perform use_confirmation(new.confirmation_id, 'bank_account.use', null, new.organisation_id, new.id,
      jsonb_build_object('currency', new.currency, 'holder', new.holder, 'bank_name', new.bank_name,
        'account_sha256', sha256_of(new.iban)));
    new.approved_by := (select confirmed_by from confirmation where id = new.confirmation_id);
    -- The first account of a party replaces none, so nobody is to be warned.
    new.usable_from := (select confirmed_at from confirmation where id = new.confirmation_id)
      + case when exists (select 1 from bank_account b where b.organisation_id = new.organisation_id
                and b.currency = new.currency and b.activated_at is not null)
             then make_interval(hours => authority_value('bank_account.cooling_hours')::integer)
             else interval '0' end;
  elsif old.state = 'resting' and new.state = 'active' then
    -- Clocks of two machines may differ by a little.
    if new.usable_from is distinct from old.usable_from or new.usable_from > clock_timestamp() + interval '5 minutes'
       or new.activated_at is null or new.activated_at < new.usable_from then
      raise exception 'the bank account rests until %', old.usable_from
        using errcode = 'check_violation', constraint = 'bank_account_rests';
    end if;
  elsif not (old.state = 'waiting' and new.state = 'refused')
    and not (old.state in ('resting', 'active') and new.state = 'disabled' and new.disabled_at is not null) then
    raise exception 'a bank account does not go from % to %', old.state, new.state using errcode = 'restrict_violation';
  end if;
  if new.state <> 'resting' and (new.approved_by is distinct from old.approved_by or new.confirmation_id is distinct from old.confirmation_id
      or new.usable_from is distinct from old.usable_from) then
    raise exception 'a bank account is never changed; enter another' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
select protect_rows('bank_account',
  '{state,approved_by,confirmation_id,usable_from,activated_at,disabled_at,disabled_reason}');
-- What was in use before has been in use since it was made.
update bank_account set activated_at = created_at where state in ('active', 'disabled');
create trigger guard before insert or update on bank_account for each row execute function guard_bank_account();

-- --- Approval of a run -----------------------------------------------------------------------------------------

alter table payout drop constraint four_eyes,
  -- To whom it goes, as it was approved: the name of the party, the holder and the number of the account.
  add column payee_name text,
  add column payee_holder text,
  add column payee_account text;
alter table settlement_run drop constraint four_eyes,
  -- The first of the two: who closed the period, or who signs first for a run that the calendar closed.
  add column signed_by uuid references app_user,
  add column signed_at timestamptz,
  -- Of all payouts that were approved, with amounts and accounts.
  add column approval_sha256 text,
  add column approval_count integer,
  add column approval_voided_at timestamptz,
  add column approval_void_reason text;
select protect_rows('settlement_run',
  '{state,step,calculated_at,approved_by,approved_at,settled_at,payment_count,gross_micros,refunds_micros,payout_micros,stopped_by,revision,signed_by,signed_at,approval_sha256,approval_count,approval_voided_at,approval_void_reason}');
select protect_rows('payout',
  '{state,approved_by,approved_at,submitted_at,paid_at,failed_at,failure_reason,came_back_at,returned_run_id,take_back_id,bank_account_id,bank_label,amount_micros,payee_name,payee_holder,payee_account}',
  '{submitted,paid,failed,returned,cancelled}', '{state,paid_at,failed_at,failure_reason,came_back_at,returned_run_id,take_back_id}');
update settlement_run set signed_by = created_by, signed_at = created_at where created_by is not null;
alter table payout disable trigger unchanging;
-- What was approved before this rule went to the account that stands on it.
update payout p set payee_name = o.name, payee_holder = b.holder, payee_account = b.iban
  from organisation o, bank_account b
 where o.id = p.party_id and b.id = p.bank_account_id and p.state in ('submitted', 'paid', 'failed', 'returned');
alter table payout enable always trigger unchanging;

-- The payouts of a run that can go, with what a bank file would say of each: those that are approved or sent as they
-- were approved, and with `proposed` those that could be approved now: not held, and with an account in use.
create function run_payable(run uuid, proposed boolean)
  returns table (payout_id uuid, party_id uuid, party_name text, amount_micros bigint, currency text,
    bank_account_id uuid, holder text, account text, bank_name text, is_new boolean)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select p.id, p.party_id, p.payee_name, p.amount_micros, p.currency::text, p.bank_account_id, p.payee_holder,
           p.payee_account, null::text, false
      from payout p
     where p.run_id = run and p.state in ('approved', 'submitted', 'paid', 'failed', 'returned')
       and scope_kind() not in ('merchant', 'agency', 'device')
    union all
    select p.id, p.party_id, o.name, p.amount_micros, p.currency::text, b.id, b.holder, b.iban, b.bank_name, true
      from payout p
      join organisation o on o.id = p.party_id
      join bank_account b on b.organisation_id = p.party_id and b.currency = p.currency and b.state = 'active'
      left join payout_rule u on u.program_id = p.program_id and u.organisation_id = p.party_id
     where proposed and p.run_id = run and p.state = 'proposed' and not coalesce(u.held, false)
       and scope_kind() not in ('merchant', 'agency', 'device')
  $$;

create function run_approval_hash(run uuid, proposed boolean) returns text
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select sha256_of(count(*) || E'\n' || coalesce(string_agg(
        jsonb_build_array(payout_id, party_id, party_name, amount_micros::text, currency, bank_account_id, holder, account)::text,
        E'\n' order by payout_id), ''))
      from run_payable(run, proposed)
  $$;

-- Takes back the approval of whatever of a run was not sent yet, and says why.
create function void_run_approval(run uuid, why text) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update settlement_run r
     set revision = revision + 1, approved_by = null, approved_at = null, approval_sha256 = null, approval_count = null,
         approval_voided_at = now(), approval_void_reason = why,
         -- Whoever signed first for the calendar's run signed what stood then.
         signed_by = case when created_by is null then null else signed_by end,
         signed_at = case when created_by is null then null else signed_at end,
         state = case when state = 'approved' then 'calculated' else state end
   where id = run and (state in ('calculated', 'approved')
     or (state = 'paying' and exists (select 1 from payout where run_id = run and state = 'approved')));
  if not found then return; end if;
  with taken_back as (
    update payout set state = 'proposed', approved_by = null, approved_at = null,
           payee_name = null, payee_holder = null, payee_account = null
     where run_id = run and state = 'approved' returning statement_id)
  update statement set state = 'calculated' where id in (select statement_id from taken_back) and state = 'approved';
end $$;
revoke execute on function void_run_approval(uuid, text) from public;

-- An edit of a payout after its run was calculated raises the run's revision and voids an approval that was given.
create or replace function void_approval() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform void_run_approval(new.run_id, case when new.state = 'cancelled' then 'payout_cancelled' else 'payout_changed' end);
  return null;
end $$;

-- Facts on which an approval stands: whoever changes one takes back every approval that stands on it.
create function void_approvals_of(party uuid, program uuid, in_currency text, why text) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  run uuid;
begin
  for run in select distinct p.run_id from payout p
      where p.state = 'approved' and p.party_id = party
        and (program is null or p.program_id = program) and (in_currency is null or p.currency = in_currency)
      order by 1 loop
    perform void_run_approval(run, why);
  end loop;
end $$;
revoke execute on function void_approvals_of(uuid, uuid, text, text) from public;

create function void_by_bank_account() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform void_approvals_of(new.organisation_id, null, new.currency, 'bank_account_changed');
  return null;
end $$;
create trigger voids_approvals after update on bank_account for each row
  when (old.state <> new.state and 'active' in (old.state, new.state)) execute function void_by_bank_account();

create function void_by_hold() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform void_approvals_of(new.organisation_id, new.program_id, null, 'hold_set');
  return null;
end $$;
create trigger voids_approvals after insert or update on payout_rule for each row
  when (new.held) execute function void_by_hold();

create function void_by_adjustment() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform void_approvals_of(new.party_id, new.program_id, null, 'adjustment_added');
  return null;
end $$;
create trigger voids_approvals after insert on adjustment for each row execute function void_by_adjustment();

create function void_by_name() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform void_approvals_of(new.id, null, null, 'party_renamed');
  return null;
end $$;
create trigger voids_approvals after update on organisation for each row
  when (old.name <> new.name) execute function void_by_name();

-- Who stands under a run. The creator never changes; the first signature of a calendar's run is given once, in one's
-- own name; whoever proposed an adjustment that the run pays does not approve it, nor does their puppet.
create function guard_run_signatures() returns trigger
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
-- Its name makes it the last to judge.
create trigger two_people_of_adjustments before insert or update on settlement_run for each row execute function guard_run_signatures();
create trigger two_people before insert or update on settlement_run
  for each row execute function require_two_people('run.approve', 'signed_by', 'approved_by', 'created_at');

-- A payout is approved as part of its run, as it would be sent at this moment, and sent as it was approved.
create function guard_payout_approval() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  run settlement_run;
  facts record;
begin
  if tg_op = 'INSERT' then
    if new.state <> 'proposed' or new.approved_by is not null then
      raise exception 'a payout begins as proposed' using errcode = 'restrict_violation';
    end if;
    return new;
  end if;
  if old.state = 'proposed' and new.state = 'approved' then
    select * into run from settlement_run where id = new.run_id;
    if run.approved_by is null or new.approved_by is distinct from run.approved_by then
      raise exception 'a payout is approved with its run, by who approves that'
        using errcode = 'check_violation', constraint = 'approved_with_run';
    end if;
    select b.id as bank_account_id, o.name as party_name, b.holder, b.iban as account into facts
      from organisation o
      join bank_account b on b.organisation_id = o.id and b.currency = new.currency and b.state = 'active'
     where o.id = new.party_id and not exists (select 1 from payout_rule u where u.program_id = new.program_id
       and u.organisation_id = new.party_id and u.held);
    if not found or new.bank_account_id is distinct from facts.bank_account_id
       or new.payee_name is distinct from facts.party_name or new.payee_holder is distinct from facts.holder
       or new.payee_account is distinct from facts.account then
      raise exception 'a payout is approved as it can be sent now'
        using errcode = 'check_violation', constraint = 'approved_as_it_stands';
    end if;
  elsif old.state not in ('proposed', 'cancelled') and new.state not in ('proposed', 'cancelled') and old.state <> new.state then
    if new.approved_by is distinct from old.approved_by or new.amount_micros <> old.amount_micros
       or new.party_id <> old.party_id or new.currency <> old.currency or new.run_id <> old.run_id
       or new.bank_account_id is distinct from old.bank_account_id or new.payee_name is distinct from old.payee_name
       or new.payee_holder is distinct from old.payee_holder or new.payee_account is distinct from old.payee_account then
      raise exception 'a payout goes on as it was approved'
        using errcode = 'check_violation', constraint = 'sent_as_approved';
    end if;
    if new.state = 'submitted' and not exists (
        select 1 from bank_account b join organisation o on o.id = b.organisation_id
         where b.id = new.bank_account_id and b.state = 'active' and b.organisation_id = new.party_id
           and b.currency = new.currency and b.iban = new.payee_account and b.holder = new.payee_holder
           and o.name = new.payee_name
           and not exists (select 1 from payout_rule u where u.program_id = new.program_id
             and u.organisation_id = new.party_id and u.held)) then
      raise exception 'what was approved is not what would be sent'
        using errcode = 'check_violation', constraint = 'sent_as_approved';
    end if;
  elsif old.state = 'proposed' and new.state not in ('proposed', 'cancelled') then
    raise exception 'a payout is approved before it is sent'
      using errcode = 'check_violation', constraint = 'approved_before_sent';
  elsif old.state not in ('proposed', 'approved') and new.state in ('proposed', 'approved', 'cancelled') and new.state <> old.state then
    raise exception 'a payout does not go from % to %', old.state, new.state using errcode = 'restrict_violation';
  elsif old.state in ('approved', 'submitted', 'paid', 'failed', 'returned') and new.state = old.state
    and (new.bank_account_id is distinct from old.bank_account_id or new.payee_name is distinct from old.payee_name
      or new.payee_holder is distinct from old.payee_holder or new.payee_account is distinct from old.payee_account
      or new.approved_by is distinct from old.approved_by) then
    raise exception 'to whom a payout goes is fixed with its approval'
      using errcode = 'check_violation', constraint = 'sent_as_approved';
  end if;
  return new;
end $$;
create trigger guard_approval before insert or update on payout for each row execute function guard_payout_approval();

-- The hash is taken when payouts are approved and compared when they are sent, over all of the run that has an approval.
create function bind_approval() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  run record;
begin
  for run in
    select n.run_id, bool_or(o.state = 'proposed' and n.state = 'approved') as approved,
           bool_or(o.state = 'approved' and n.state = 'submitted') as sent
      from after_rows n join before_rows o using (id) where n.state <> o.state group by n.run_id loop
    if run.sent and (select approval_sha256 from settlement_run where id = run.run_id)
         is distinct from run_approval_hash(run.run_id, false) then
      raise exception 'what was approved is not what would be sent'
        using errcode = 'check_violation', constraint = 'sent_as_approved';
    end if;
    if run.approved then
      update settlement_run set approval_sha256 = run_approval_hash(id, false),
             approval_count = (select count(*) from run_payable(id, false)),
             approval_voided_at = null, approval_void_reason = null
       where id = run.run_id;
    end if;
  end loop;
  return null;
end $$;
create trigger bind_approval after update on payout referencing old table as before_rows new table as after_rows
  for each statement execute function bind_approval();

create or replace view waiting_for_second_person with (security_invoker = true) as
  select id, action, program_id, organisation_id, subject_id, proposed_by, proposed_at, expires_at
    from confirmation where confirmed_by is null and outcome is null
  union all
  select id, 'run.approve', program_id, null, id, signed_by, coalesce(calculated_at, created_at), null
    from settlement_run where state = 'calculated'
      or (state in ('approved', 'paying') and exists (select 1 from payout p where p.run_id = settlement_run.id and p.state = 'proposed'));
