-- Trigger on `bank_account`: takes back the approvals of payouts in the account's currency to its organisation.
create or replace function void_by_bank_account() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform void_approvals_of(new.organisation_id, null, new.currency, 'bank_account_changed');
  return null;
end $$;
