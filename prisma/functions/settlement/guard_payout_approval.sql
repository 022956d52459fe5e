-- A payout is approved as part of its run, as it would be sent at this moment, and sent as it was approved.
create or replace function guard_payout_approval() returns trigger
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
