-- The payouts of a run that can go, with what a bank file would say of each: those that are approved or sent as they
-- were approved, and with `proposed` those that could be approved now: not held, and with an account in use.
create or replace function run_payable(run uuid, proposed boolean)
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
