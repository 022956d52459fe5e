-- Trigger on `payout_rule`: takes back the approvals of what is now held.
create or replace function void_by_hold() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform void_approvals_of(new.organisation_id, new.program_id, null, 'hold_set');
  return null;
end $$;
