create or replace function void_by_bank_account() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform void_approvals_of(new.organisation_id, null, new.currency, 'bank_account_changed');
  return null;
end $$;
