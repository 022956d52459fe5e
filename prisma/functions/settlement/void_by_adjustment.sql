-- Trigger on `adjustment`: takes back the approvals that stand on what the party was to get.
create or replace function void_by_adjustment() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform void_approvals_of(new.party_id, new.program_id, null, 'adjustment_added');
  return null;
end $$;
