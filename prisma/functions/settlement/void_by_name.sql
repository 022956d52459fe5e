-- Trigger on `organisation`: takes back the approvals that name the party by another name.
create or replace function void_by_name() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform void_approvals_of(new.id, null, null, 'party_renamed');
  return null;
end $$;
