-- Usage at full strength: what a declined window leaves owed, what allowances covered, and records that go in by the
-- thousand without a look-up for each reference of each row.

alter table usage_window
  -- What allowances covered of its records; total_micros is the money that is left.
  add covered_micros bigint not null default 0 check (covered_micros >= 0),
  -- Money of earlier windows whose charge was declined, and the declined payment that left it here.
  add owed_in_micros bigint not null default 0 check (owed_in_micros >= 0),
  add owed_from uuid references payment,
  -- What this window leaves owed to the next; null while it is open, zero when it was charged.
  add owed_out_micros bigint check (owed_out_micros >= 0);
update usage_window set owed_out_micros = 0 where state = 'closed';
alter table usage_window add constraint usage_window_owed_is_said check (state = 'open' or owed_out_micros is not null);
create index usage_window_by_debt on usage_window (owed_from) where owed_from is not null;

-- A row-by-row look-up of four references costs several times the insert itself. What they guard is guarded once for
-- each statement below; nothing that a record refers to is ever deleted, and the application may delete none of it.
alter table usage_record
  drop constraint usage_record_device_id_fkey,
  drop constraint usage_record_window_id_fkey,
  drop constraint usage_record_merchant_id_fkey,
  drop constraint usage_record_allowance_id_fkey;

create function usage_record_refers() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
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
create trigger usage_record_refers after insert on usage_record
  referencing new table as fresh for each statement execute function usage_record_refers();
