-- Statement trigger on `payment`, instead of foreign keys that would lock a row each: the device is of the program
-- and the merchant, the instrument of the program and the payer; without a device, program and merchant exist. Raises
-- foreign_key_violation. The planner settings hold it to reading by key however many rows come at once.
create or replace function payment_refers() returns trigger language plpgsql security definer set search_path = public, pg_temp
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
  set jit = off as $$
begin
  if exists (
    select from fresh f left join device d on d.id = f.device_id left join instrument i on i.id = f.instrument_id
     where f.device_id is not null and (d.program_id, d.merchant_id) is distinct from (f.program_id, f.merchant_id)
        or f.instrument_id is not null and (i.program_id, i.payer_id) is distinct from (f.program_id, f.payer_id)
        or f.instrument_id is null and f.payer_id is not null
  ) or exists (
    select from (select distinct program_id, merchant_id from fresh where device_id is null) f
     where not exists (select from program p where p.id = f.program_id)
        or not exists (select from organisation o where o.id = f.merchant_id)
  ) then
    raise exception 'a payment refers to a device and an instrument of its program, merchant and payer'
      using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
