-- Agreements, allocations, runs, statements, payouts and exceptions.

create table agreement (
  id uuid primary key,
  program_id uuid not null references program,
  version integer not null check (version > 0),
  state text not null check (state in ('draft', 'proposed', 'approved', 'in_force', 'superseded', 'rejected')),
  terms jsonb not null,
  terms_sha256 text not null,
  effective_from timestamptz not null,
  -- From when it governs payments: effective_from, or the moment of the last approval when that came later, so that
  -- no payment that was allocated under the version before would be judged anew.
  governs_from timestamptz,
  created_by uuid references app_user,
  created_at timestamptz not null default now(),
  proposed_at timestamptz,
  decided_at timestamptz,
  unique (program_id, version),
  check (governs_from is not null or state in ('draft', 'proposed', 'rejected'))
);
create unique index agreement_in_time on agreement (program_id, governs_from) where governs_from is not null;

-- A version is immutable once it is proposed; only its state moves on.
create function refuse_terms_change() returns trigger language plpgsql as $$
begin
  if old.state <> 'draft' and (new.terms is distinct from old.terms or new.effective_from <> old.effective_from
      or new.version <> old.version or new.program_id <> old.program_id) then
    raise exception 'a proposed agreement is immutable' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger agreement_immutable before update on agreement for each row execute function refuse_terms_change();

create table agreement_party (
  agreement_id uuid not null references agreement,
  organisation_id uuid not null references organisation,
  answer text check (answer in ('approved', 'rejected')),
  answered_by uuid references app_user,
  answered_at timestamptz,
  reason text,
  primary key (agreement_id, organisation_id)
);
create index agreement_party_by_organisation on agreement_party (organisation_id);

create table bank_account (
  id uuid primary key,
  organisation_id uuid not null references organisation,
  currency char(3) not null,
  holder text not null,
  iban text not null,
  bank_name text not null,
  state text not null default 'active' check (state in ('waiting', 'active', 'disabled')),
  created_by uuid references app_user,
  approved_by uuid references app_user,
  created_at timestamptz not null default now(),
  check (approved_by is null or created_by is null or approved_by <> created_by)
);
create unique index bank_account_active on bank_account (organisation_id, currency) where state = 'active';

-- What a program has settled on with a party about payouts; without a row: no minimum, no hold.
create table payout_rule (
  program_id uuid not null references program,
  organisation_id uuid not null references organisation,
  minimum_micros bigint not null default 0 check (minimum_micros >= 0),
  held boolean not null default false,
  primary key (program_id, organisation_id)
);

create table settlement_run (
  id uuid primary key,
  program_id uuid not null references program,
  period_start timestamptz not null,
  period_end timestamptz not null check (period_end > period_start),
  state text not null default 'open' check (state in ('open', 'closing', 'calculated', 'approved', 'paying', 'settled')),
  step text not null default 'freeze',
  created_by uuid references app_user,
  created_at timestamptz not null,
  calculated_at timestamptz,
  approved_by uuid references app_user,
  approved_at timestamptz,
  settled_at timestamptz,
  payment_count bigint not null default 0,
  gross_micros bigint not null default 0,
  refunds_micros bigint not null default 0,
  payout_micros bigint not null default 0,
  -- Why the run stands still, as a stable word, until the next attempt.
  stopped_by text,
  -- Raised by every edit after calculation; an approval names the revision that it saw.
  revision integer not null default 0,
  constraint four_eyes check (approved_by is null or (created_by is not null and approved_by <> created_by)),
  unique (program_id, period_end)
);

-- All that was allocated of one calendar period between two freezes. A run takes tranches, never single payments, so
-- that freezing costs the same for ten payments and for ten million; what arrives late opens a new tranche.
create table tranche (
  no bigint generated always as identity primary key,
  program_id uuid not null references program,
  period_start timestamptz not null,
  period_end timestamptz not null,
  settlement_run_id uuid references settlement_run,
  last_effective_at timestamptz not null,
  opened_at timestamptz not null,
  payment_count bigint not null default 0,
  gross_micros bigint not null default 0,
  refund_count bigint not null default 0,
  refund_micros bigint not null default 0
);
create unique index tranche_open on tranche (program_id, period_start) where settlement_run_id is null;
create index tranche_by_run on tranche (settlement_run_id) where settlement_run_id is not null;

-- The tranche of a payment's (or refund's) legs, and the ledger journal in which their money moved.
alter table payment add column tranche_no bigint, add column allocation_journal_id uuid;
alter table refund add column tranche_no bigint, add column allocation_journal_id uuid;

-- Who got what of which payment, by which step. Refund legs are negative. Written by the allocator alone, never
-- changed. Foreign keys are left out: the rows are millions, their writer is one, and it reads what it refers to.
create table allocation_leg (
  payment_id uuid not null,
  refund_ordinal smallint not null default 0,
  ordinal smallint not null,
  tranche_no bigint not null,
  program_id uuid not null,
  merchant_id uuid not null,
  party_id uuid not null,
  agreement_id uuid not null,
  rule text not null,
  step text not null,
  step_kind text not null,
  amount_micros bigint not null,
  short_micros bigint not null default 0,
  why text not null,
  -- When the payment was captured or the refund made: what decides its period.
  effective_at timestamptz not null,
  primary key (payment_id, refund_ordinal, ordinal)
);
create index allocation_leg_by_party on allocation_leg (party_id, effective_at desc);
-- The order of the itemised part of a report.
create index allocation_leg_by_tranche on allocation_leg (tranche_no, party_id, effective_at, payment_id, refund_ordinal, ordinal);

-- Sums of the legs of a tranche, kept in the transaction that writes the legs.
create table tranche_total (
  tranche_no bigint not null,
  party_id uuid not null,
  merchant_id uuid not null,
  -- In the program's time zone.
  day date not null,
  agreement_id uuid not null,
  rule text not null,
  step text not null,
  step_kind text not null,
  payment_count bigint not null default 0,
  gross_micros bigint not null default 0,
  amount_micros bigint not null default 0,
  -- Of the legs that are their party's first of a payment, so that sums over steps count a payment once.
  first_count bigint not null default 0,
  first_gross_micros bigint not null default 0,
  refund_count bigint not null default 0,
  refund_micros bigint not null default 0,
  first_refund_count bigint not null default 0,
  first_refund_gross_micros bigint not null default 0,
  primary key (tranche_no, party_id, merchant_id, day, agreement_id, rule, step)
) with (fillfactor = 70);
create index tranche_total_by_merchant on tranche_total (merchant_id, tranche_no);

create function scope_has_leg(payment uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as $$ select exists (select 1 from allocation_leg where payment_id = payment and party_id = scope_org()) $$;
-- The tenant's own share by local day and kind of device. It runs as the owner, because judging every payment by itself
-- costs an agency's overview more than all the rest of it; it answers of the tenant's own legs and of nothing else.
create function scope_share_by_day(program uuid, since timestamptz, until timestamptz, time_zone text)
  returns table (day date, kind text, micros bigint)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select (l.effective_at at time zone time_zone)::date, p.device_kind, sum(l.amount_micros)::bigint
      from allocation_leg l join payment p on p.id = l.payment_id
     where l.program_id = program and l.party_id = scope_org() and l.effective_at >= since and l.effective_at < until
     group by 1, 2 order by 1, 2
  $$;
create policy payment_read_agency on payment for select to purse_app
  using (scope_kind() = 'agency' and scope_has_leg(id));

-- Running totals that tiers and ceilings stand on, by program and settlement period.
create table allocation_basis (
  program_id uuid not null references program,
  period_start timestamptz not null,
  name text not null,
  micros bigint not null,
  primary key (program_id, period_start, name)
);

-- What a run moved between two parties for a guarantee; a part that nobody could fund has no giver.
create table run_guarantee (
  run_id uuid not null references settlement_run,
  ordinal smallint not null,
  to_party_id uuid not null references organisation,
  from_party_id uuid references organisation,
  amount_micros bigint not null check (amount_micros > 0),
  why text not null,
  primary key (run_id, ordinal)
);

create table statement (
  id uuid primary key,
  run_id uuid not null references settlement_run,
  program_id uuid not null references program,
  party_id uuid not null references organisation,
  agreement_versions text not null,
  -- As they were called then, so that a report made again says the same.
  party_name text not null,
  program_name text not null,
  time_zone text not null,
  opening_micros bigint not null,
  gross_micros bigint not null,
  allocated_micros bigint not null,
  refunds_micros bigint not null,
  guarantees_micros bigint not null default 0,
  reserve_micros bigint not null default 0,
  adjustments_micros bigint not null default 0,
  -- Payouts that came back since the last statement.
  returned_micros bigint not null default 0,
  payout_micros bigint not null,
  closing_micros bigint not null,
  payment_count bigint not null,
  refund_count bigint not null default 0,
  state text not null default 'calculated' check (state in ('calculated', 'approved', 'paid', 'carried', 'disputed')),
  report_sha256 text,
  created_at timestamptz not null,
  unique (run_id, party_id),
  constraint adds_up check (opening_micros + allocated_micros + refunds_micros + guarantees_micros
    + reserve_micros + adjustments_micros + returned_micros - payout_micros = closing_micros)
);
create index statement_by_party on statement (party_id, id desc);
create index statement_without_hash on statement (id) where report_sha256 is null;

create table statement_line (
  statement_id uuid not null references statement,
  ordinal integer not null,
  day date not null,
  rule text not null,
  step text not null,
  step_kind text not null,
  payment_count bigint not null,
  gross_micros bigint not null,
  amount_micros bigint not null,
  refund_count bigint not null default 0,
  refund_micros bigint not null default 0,
  primary key (statement_id, ordinal)
);

create table payout (
  id uuid primary key,
  statement_id uuid not null unique references statement,
  run_id uuid not null references settlement_run,
  program_id uuid not null references program,
  party_id uuid not null references organisation,
  bank_account_id uuid references bank_account,
  bank_label text,
  currency char(3) not null,
  amount_micros bigint not null check (amount_micros > 0),
  -- End-to-end reference, at most 35 characters, as bank files want it.
  reference text not null unique check (length(reference) <= 35),
  state text not null default 'proposed' check (state in
    ('proposed', 'approved', 'submitted', 'paid', 'failed', 'returned', 'cancelled')),
  created_by uuid references app_user,
  created_at timestamptz not null,
  approved_by uuid references app_user,
  approved_at timestamptz,
  submitted_at timestamptz,
  paid_at timestamptz,
  failed_at timestamptz,
  failure_reason text,
  due_on date,
  -- The pending transfer of the proposal, later posted or voided.
  hold_transfer_id uuid not null,
  -- When the money went back to the payable, and the run whose statement took it up again.
  came_back_at timestamptz,
  returned_run_id uuid references settlement_run,
  constraint four_eyes check (approved_by is null or (created_by is not null and approved_by <> created_by)),
  constraint approved_before_sent check (state in ('proposed', 'cancelled') or approved_by is not null)
);
create index payout_came_back on payout (program_id) where came_back_at is not null and returned_run_id is null;

-- An edit of a payout after its run was calculated raises the run's revision and voids an approval that was given.
create function void_approval() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update settlement_run set revision = revision + 1, approved_by = null, approved_at = null, state = 'calculated'
   where id = new.run_id and state in ('calculated', 'approved');
  if found then
    update payout set state = 'proposed', approved_by = null, approved_at = null
     where run_id = new.run_id and state = 'approved';
    update statement set state = 'calculated' where run_id = new.run_id and state = 'approved';
  end if;
  return null;
end $$;
create trigger payout_edit_voids_approval after update on payout for each row
  when (new.amount_micros is distinct from old.amount_micros or new.party_id is distinct from old.party_id
    or (new.state = 'cancelled' and old.state in ('proposed', 'approved')))
  execute function void_approval();
create index payout_by_party on payout (party_id, id desc);
create index payout_by_run on payout (run_id);

create table adjustment (
  id uuid primary key,
  program_id uuid not null references program,
  party_id uuid not null references organisation,
  amount_micros bigint not null check (amount_micros <> 0),
  reason text not null,
  created_by uuid references app_user,
  created_at timestamptz not null,
  settlement_run_id uuid references settlement_run
);
create index adjustment_open on adjustment (program_id) where settlement_run_id is null;

create table settlement_exception (
  id uuid primary key,
  program_id uuid not null references program,
  kind text not null,
  subject_kind text not null,
  subject_id uuid,
  sentence text not null,
  detail jsonb not null default '{}',
  owner_id uuid references app_user,
  opened_at timestamptz not null,
  resolved_at timestamptz,
  resolution text
);
create unique index settlement_exception_open on settlement_exception (program_id, kind, subject_id) where resolved_at is null;
create index settlement_exception_recent on settlement_exception (opened_at desc);

alter table agreement enable row level security;
alter table agreement_party enable row level security;
alter table bank_account enable row level security;
alter table settlement_run enable row level security;
alter table allocation_leg enable row level security;
alter table payout_rule enable row level security;
alter table tranche enable row level security;
alter table tranche_total enable row level security;
alter table run_guarantee enable row level security;
alter table allocation_basis enable row level security;
alter table statement enable row level security;
alter table statement_line enable row level security;
alter table payout enable row level security;
alter table adjustment enable row level security;
alter table settlement_exception enable row level security;

create function scope_named_in(agreement uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as $$ select exists (select 1 from agreement_party where agreement_id = agreement and organisation_id = scope_org()) $$;
create function scope_owns_statement(statement uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as $$ select exists (select 1 from statement s where s.id = statement and s.party_id = scope_org()) $$;

-- Those whom a version names see it from its proposal on; merchants see those by which their payments are split.
create policy agreement_read on agreement for select to purse_app
  using (scope_is_platform() or (state <> 'draft' and scope_named_in(id))
    or (scope_kind() = 'merchant' and governs_from is not null and scope_in_program(program_id)));
create policy agreement_write on agreement for insert to purse_app with check (scope_is_platform());
create policy agreement_edit on agreement for update to purse_app using (scope_is_platform());
create policy agreement_party_read on agreement_party for select to purse_app
  using (scope_is_platform() or scope_named_in(agreement_id));
create policy agreement_party_write on agreement_party for insert to purse_app with check (scope_is_platform());
-- The operator cannot answer for a party: only the party's own scope (or the platform's own processes) may.
create policy agreement_party_edit on agreement_party for update to purse_app
  using (organisation_id = scope_org() or scope_kind() = 'system');
create policy bank_account_all on bank_account for all to purse_app
  using (scope_is_platform() or organisation_id = scope_org());
create policy payout_rule_read on payout_rule for select to purse_app
  using (scope_is_platform() or organisation_id = scope_org());
create policy payout_rule_write on payout_rule for insert to purse_app with check (scope_is_platform());
create policy payout_rule_edit on payout_rule for update to purse_app using (scope_is_platform());
create policy settlement_run_read on settlement_run for select to purse_app
  using (scope_is_platform() or scope_in_program(program_id));
create policy settlement_run_write on settlement_run for insert to purse_app with check (scope_is_platform());
create policy settlement_run_edit on settlement_run for update to purse_app using (scope_is_platform());
-- A merchant sees the whole split of its own payments; everybody else the legs that are theirs.
create policy allocation_leg_read on allocation_leg for select to purse_app
  using (scope_is_platform() or party_id = scope_org() or (scope_kind() = 'merchant' and merchant_id = scope_org()));
create policy allocation_leg_write on allocation_leg for insert to purse_app with check (scope_kind() = 'system');
create policy tranche_read on tranche for select to purse_app using (scope_is_platform() or scope_in_program(program_id));
create policy tranche_write on tranche for insert to purse_app with check (scope_kind() = 'system');
create policy tranche_edit on tranche for update to purse_app using (scope_kind() = 'system');
create policy tranche_total_read on tranche_total for select to purse_app
  using (scope_is_platform() or party_id = scope_org() or (scope_kind() = 'merchant' and merchant_id = scope_org()));
create policy tranche_total_write on tranche_total for insert to purse_app with check (scope_kind() = 'system');
create policy tranche_total_edit on tranche_total for update to purse_app using (scope_kind() = 'system');
create policy run_guarantee_read on run_guarantee for select to purse_app
  using (scope_is_platform() or to_party_id = scope_org() or from_party_id = scope_org());
create policy run_guarantee_write on run_guarantee for insert to purse_app with check (scope_kind() = 'system');
create policy allocation_basis_all on allocation_basis for all to purse_app using (scope_is_platform());
create policy statement_read on statement for select to purse_app using (scope_is_platform() or party_id = scope_org());
create policy statement_write on statement for insert to purse_app with check (scope_is_platform());
create policy statement_edit on statement for update to purse_app using (scope_is_platform());
create policy statement_line_read on statement_line for select to purse_app
  using (scope_is_platform() or scope_owns_statement(statement_id));
create policy statement_line_write on statement_line for insert to purse_app with check (scope_is_platform());
create policy payout_read on payout for select to purse_app using (scope_is_platform() or party_id = scope_org());
create policy payout_write on payout for insert to purse_app with check (scope_is_platform());
create policy payout_edit on payout for update to purse_app using (scope_is_platform());
create policy adjustment_read on adjustment for select to purse_app using (scope_is_platform() or party_id = scope_org());
create policy adjustment_write on adjustment for insert to purse_app with check (scope_is_platform());
create policy adjustment_edit on adjustment for update to purse_app using (scope_is_platform());
create policy settlement_exception_all on settlement_exception for all to purse_app using (scope_is_platform());

grant select, insert, update on agreement, agreement_party, bank_account, payout_rule, settlement_run, tranche, tranche_total,
  allocation_basis, statement, payout, adjustment, settlement_exception to purse_app;
grant select, insert on allocation_leg, statement_line, run_guarantee to purse_app;
