-- Statement trigger on `usage_record`, instead of foreign keys that would lock a row each: the window is open and of
-- the merchant, the device of its program, the allowance of its payer. Raises foreign_key_violation. The planner
-- settings hold it to reading by key however many rows come at once.
create or replace function usage_record_refers() returns trigger language plpgsql security definer
  set search_path = public, pg_temp set plan_cache_mode = force_generic_plan
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
begin
  if exists (
    select from (select distinct window_id, merchant_id, device_id, allowance_id from fresh) r
      left join usage_window w on w.id = r.window_id and w.merchant_id = r.merchant_id
      left join device d on d.id = r.device_id and d.program_id = w.program_id
      left join allowance a on a.instrument_id = r.allowance_id and a.payer_id = w.payer_id
     where w.state is distinct from 'open' or d.id is null or (r.allowance_id is not null and a.instrument_id is null)
  ) then
    raise exception 'a usage record refers to an open window of its merchant, a device of its program and an allowance of its payer'
      using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
