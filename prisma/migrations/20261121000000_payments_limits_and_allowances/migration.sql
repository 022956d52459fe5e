-- Limits of what devices, instruments, payers and merchants may pay in a period, and allowances: units of a good that
-- a payer has each month and that run down before money is used.

create table payment_limit (
  id uuid primary key,
  program_id uuid not null references program,
  subject_kind text not null check (subject_kind in ('device', 'instrument', 'payer', 'merchant')),
  -- Whom it binds; null for each of the kind that has no limit of its own for the same period.
  subject_id uuid,
  -- One payment, or the calendar hour, day, week (from Monday) or month in the program's time zone.
  period text not null check (period in ('payment', 'hour', 'day', 'week', 'month')),
  max_payments integer check (max_payments > 0),
  max_amount_micros bigint check (max_amount_micros > 0),
  created_at timestamptz not null default now(),
  created_by uuid references app_user,
  constraint payment_limit_limits check (max_payments is not null or max_amount_micros is not null),
  constraint payment_limit_of_one_payment check (period <> 'payment' or max_payments is null),
  constraint payment_limit_once unique nulls not distinct (program_id, subject_kind, subject_id, period)
);

-- What counts towards a limit so far. Whoever authorises adds in the transaction that holds the money.
create table limit_counter (
  limit_id uuid not null references payment_limit on delete cascade,
  subject_id uuid not null,
  period_start timestamptz not null,
  payments integer not null check (payments >= 0),
  amount_micros bigint not null check (amount_micros >= 0),
  primary key (limit_id, subject_id, period_start)
);
create index limit_counter_by_age on limit_counter (period_start);

-- An allowance is an instrument without an account: it holds units, not money.
alter table instrument alter funding_account_id drop not null,
  add constraint instrument_is_funded check (kind = 'allowance' or funding_account_id is not null);

create table allowance (
  instrument_id uuid primary key references instrument,
  program_id uuid not null references program,
  payer_id uuid not null references payer,
  -- As devices name it in a quantity: kwh, minutes.
  unit text not null check (unit ~ '^[a-z][a-z0-9_]{0,23}$'),
  -- Millionths of the unit in each calendar month of the program's time zone.
  monthly_micros bigint not null check (monthly_micros > 0),
  created_at timestamptz not null default now(),
  created_by uuid references app_user,
  constraint allowance_once unique (payer_id, unit)
);
create index allowance_by_program on allowance (program_id, instrument_id);

create table allowance_month (
  instrument_id uuid not null references allowance,
  month_start timestamptz not null,
  used_micros bigint not null check (used_micros >= 0),
  primary key (instrument_id, month_start)
);

alter table payment
  drop constraint payment_amount_micros_check,
  -- What an allowance covered: from which instrument and month, how much of its unit, and what that would have cost.
  add allowance_id uuid references allowance,
  add allowance_month timestamptz,
  add allowance_unit text,
  add allowance_quantity_micros bigint not null default 0 check (allowance_quantity_micros >= 0),
  add allowance_micros bigint not null default 0 check (allowance_micros >= 0),
  -- The limits that this payment counts towards: [{"limit": id, "subject": id, "start": time}]; null when none.
  add counted jsonb,
  add constraint payment_amount_micros_check check (amount_micros >= 0 and amount_micros + allowance_micros > 0),
  add constraint payment_allowance_is_whole check (
    (allowance_id is null) = (allowance_month is null) and (allowance_id is null) = (allowance_unit is null)
      and (allowance_id is not null or allowance_micros = 0 and allowance_quantity_micros = 0));

alter table usage_record
  drop constraint usage_record_amount_micros_check,
  add allowance_id uuid references allowance,
  add covered_quantity_micros bigint not null default 0 check (covered_quantity_micros >= 0),
  add covered_micros bigint not null default 0 check (covered_micros >= 0),
  -- What is left to pay in money, and what the allowance covered.
  add constraint usage_record_amount_micros_check check (amount_micros >= 0 and amount_micros + covered_micros > 0);

-- What a released payment gives back: its place in the limits' counters, and the units of its allowance. It hangs on
-- the payment itself, so that no way of releasing one can forget it. A capture of less gives back the difference.
create function payment_give_back() returns trigger language plpgsql set search_path = public, pg_temp as $$
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
create trigger payment_gives_back after update of state on payment for each row
  when (old.state in ('authorised', 'in_review') and (new.counted is not null or new.allowance_id is not null)
    and (new.state in ('voided', 'expired', 'declined')
      or new.state = 'captured' and (new.captured_micros < old.amount_micros or new.allowance_quantity_micros < old.allowance_quantity_micros)))
  execute function payment_give_back();

alter table payment_limit enable row level security;
alter table limit_counter enable row level security;
alter table allowance enable row level security;
alter table allowance_month enable row level security;
create policy payment_limit_all on payment_limit for all to purse_app using ((select scope_is_platform()));
create policy limit_counter_all on limit_counter for all to purse_app using ((select scope_is_platform()));
create policy allowance_all on allowance for all to purse_app using ((select scope_is_platform()));
create policy allowance_month_all on allowance_month for all to purse_app using ((select scope_is_platform()));
grant select, insert, update, delete on payment_limit, limit_counter to purse_app;
grant select, insert, update on allowance, allowance_month to purse_app;

-- The allocator marks what a journal allocated; whoever looks from the journal back finds its payments.
create index payment_by_allocation on payment (allocation_journal_id) where allocation_journal_id is not null;
