-- An edit of a payout after its run was calculated raises the run's revision and voids an approval that was given.
create or replace function void_approval() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform void_run_approval(new.run_id, case when new.state = 'cancelled' then 'payout_cancelled' else 'payout_changed' end);
  return null;
end $$;
