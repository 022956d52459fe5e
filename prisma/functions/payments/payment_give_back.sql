-- What a released payment gives back: its place in the limits' counters, and the units of its allowance. It hangs on
-- the payment itself, so that no way of releasing one can forget it. A capture of less gives back the difference.
create or replace function payment_give_back() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
  whole boolean := new.state in ('voided', 'expired', 'declined');
  micros bigint := case when whole then old.amount_micros else old.amount_micros - new.captured_micros end;
begin
  if new.counted is not null then
    update limit_counter c
       set payments = greatest(c.payments - whole::int, 0), amount_micros = greatest(c.amount_micros - micros, 0)
      from (select l.limit_id, l.subject_id, l.period_start
              from jsonb_to_recordset(new.counted) as n("limit" uuid, subject uuid, start timestamptz)
              join limit_counter l on l.limit_id = n."limit" and l.subject_id = n.subject and l.period_start = n.start
             order by 1, 2, 3 for no key update of l) k
     where c.limit_id = k.limit_id and c.subject_id = k.subject_id and c.period_start = k.period_start;
  end if;
  if new.allowance_id is not null then
    update allowance_month
       set used_micros = used_micros - (old.allowance_quantity_micros - case when whole then 0 else new.allowance_quantity_micros end)
     where instrument_id = new.allowance_id and month_start = new.allowance_month;
  end if;
  return null;
end $$;
