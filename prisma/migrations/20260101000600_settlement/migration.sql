-- Agreements, allocations, runs, statements, payouts and exceptions.

create table agreement (
  id uuid primary key,
  program_id uuid not null references program,
  version integer not null check (version > 0),
  state text not null check (state in ('draft', 'proposed', 'approved', 'in_force', 'superseded', 'rejected')),
  terms jsonb not null,
  terms_sha256 text not null,
  effective_from timestamptz not null,
  created_by uuid references app_user,
  created_at timestamptz not null default now(),
  proposed_at timestamptz,
  decided_at timestamptz,
  unique (program_id, version)
);
create index agreement_in_time on agreement (program_id, effective_from) where state in ('approved', 'in_force', 'superseded');

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
  -- Raised by every edit after calculation; an approval names the revision that it saw.
  revision integer not null default 0,
  constraint four_eyes check (approved_by is null or (created_by is not null and approved_by <> created_by)),
  unique (program_id, period_end)
);

alter table payment add constraint payment_run foreign key (settlement_run_id) references settlement_run;
alter table refund add constraint refund_run foreign key (settlement_run_id) references settlement_run;

-- Who got what of which payment, by which step. Refund legs are negative. Never changed after insert but for the run.
create table allocation_leg (
  payment_id uuid not null references payment,
  refund_ordinal smallint not null default 0,
  ordinal smallint not null,
  program_id uuid not null,
  merchant_id uuid not null,
  party_id uuid not null references organisation,
  agreement_id uuid not null references agreement,
  rule text not null,
  step text not null,
  step_kind text not null,
  amount_micros bigint not null,
  short_micros bigint not null default 0,
  why text not null,
  -- When the payment was captured or the refund made: what decides its period.
  effective_at timestamptz not null,
  settlement_run_id uuid references settlement_run,
  primary key (payment_id, refund_ordinal, ordinal)
);
create index allocation_leg_by_party on allocation_leg (party_id, effective_at desc);
create index allocation_leg_by_run on allocation_leg (settlement_run_id, party_id) where settlement_run_id is not null;
create index allocation_leg_open on allocation_leg (program_id, party_id) where settlement_run_id is null;

create function scope_has_leg(payment uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as $$ select exists (select 1 from allocation_leg where payment_id = payment and party_id = scope_org()) $$;
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

create table statement (
  id uuid primary key,
  run_id uuid not null references settlement_run,
  program_id uuid not null references program,
  party_id uuid not null references organisation,
  agreement_versions text not null,
  opening_micros bigint not null,
  gross_micros bigint not null,
  allocated_micros bigint not null,
  refunds_micros bigint not null,
  guarantees_micros bigint not null default 0,
  reserve_micros bigint not null default 0,
  adjustments_micros bigint not null default 0,
  payout_micros bigint not null,
  closing_micros bigint not null,
  payment_count bigint not null,
  state text not null default 'calculated' check (state in ('calculated', 'approved', 'paid', 'carried', 'disputed')),
  report_sha256 text,
  created_at timestamptz not null,
  unique (run_id, party_id),
  constraint adds_up check (opening_micros + allocated_micros + refunds_micros + guarantees_micros
    + reserve_micros + adjustments_micros - payout_micros = closing_micros)
);
create index statement_by_party on statement (party_id, id desc);

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
  constraint four_eyes check (approved_by is null or (created_by is not null and approved_by <> created_by))
);
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
  unique (program_id, kind, subject_id)
);

alter table agreement enable row level security;
alter table agreement_party enable row level security;
alter table bank_account enable row level security;
alter table settlement_run enable row level security;
alter table allocation_leg enable row level security;
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

create policy agreement_read on agreement for select to purse_app
  using (scope_is_platform() or (state <> 'draft' and scope_named_in(id)));
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
create policy settlement_run_read on settlement_run for select to purse_app
  using (scope_is_platform() or scope_in_program(program_id));
create policy settlement_run_write on settlement_run for insert to purse_app with check (scope_is_platform());
create policy settlement_run_edit on settlement_run for update to purse_app using (scope_is_platform());
-- A merchant sees the whole split of its own payments; everybody else the legs that are theirs.
create policy allocation_leg_read on allocation_leg for select to purse_app
  using (scope_is_platform() or party_id = scope_org() or (scope_kind() = 'merchant' and merchant_id = scope_org()));
create policy allocation_leg_write on allocation_leg for insert to purse_app with check (scope_kind() = 'system');
create policy allocation_leg_edit on allocation_leg for update to purse_app using (scope_kind() = 'system');
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

grant select, insert, update on agreement, agreement_party, bank_account, settlement_run, allocation_leg, allocation_basis,
  statement, payout, adjustment, settlement_exception to purse_app;
grant select, insert on statement_line to purse_app;
