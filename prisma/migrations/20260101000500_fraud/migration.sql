-- Rules, cases and what reviewers decided.

create table fraud_policy (
  program_id uuid not null references program,
  version integer not null,
  -- {"reviewAt":50,"declineAt":90,"reviewMinutes":240, …}; see server/fraud/schema.ts
  terms jsonb not null,
  created_by uuid references app_user,
  created_at timestamptz not null default now(),
  primary key (program_id, version)
);

-- Running habit of amounts by device kind: count, mean and squared deviations of ln(amount in micros).
create table fraud_habit (
  program_id uuid not null references program,
  device_kind text not null,
  observations bigint not null default 0,
  mean_log double precision not null default 0,
  m2_log double precision not null default 0,
  primary key (program_id, device_kind)
);

-- Up to which capture the habits of a program have learned.
create table fraud_habit_progress (
  program_id uuid primary key references program,
  learned_through bigint not null default 0
);

create table review_case (
  id uuid primary key,
  payment_id uuid not null unique references payment,
  program_id uuid not null references program,
  merchant_id uuid not null references organisation,
  device_id uuid references device,
  score smallint not null check (score between 0 and 100),
  base_points smallint not null,
  policy_version integer not null,
  amount_micros bigint not null,
  currency char(3) not null,
  expected_loss_micros bigint not null,
  headline text not null,
  would_have_passed text,
  -- expired: nobody decided in time, the policy declined; withdrawn: the device took the payment back.
  state text not null default 'open' check (state in ('open', 'escalated', 'approved', 'declined', 'expired', 'withdrawn')),
  opened_at timestamptz not null,
  due_at timestamptz not null,
  claimed_by uuid references app_user,
  claim_expires_at timestamptz,
  decided_by uuid references app_user,
  decided_at timestamptz,
  decision_note text
);
create index review_case_queue on review_case (expected_loss_micros desc, due_at, id) where state in ('open', 'escalated');
create index review_case_due on review_case (due_at) where state in ('open', 'escalated');
create index review_case_decided on review_case (decided_at desc) where decided_at is not null;
create index review_case_by_device on review_case (device_id, id desc);

create table case_signal (
  case_id uuid not null references review_case,
  ordinal smallint not null,
  name text not null,
  points smallint not null,
  sentence text not null,
  facts jsonb not null default '{}',
  primary key (case_id, ordinal)
);

create table case_note (
  id uuid primary key,
  case_id uuid not null references review_case,
  author_id uuid not null references app_user,
  at timestamptz not null,
  text text not null check (length(text) between 1 and 4000)
);
create index case_note_by_case on case_note (case_id, at);

alter table fraud_policy enable row level security;
alter table fraud_habit enable row level security;
alter table fraud_habit_progress enable row level security;
alter table review_case enable row level security;
alter table case_signal enable row level security;
alter table case_note enable row level security;

-- In sub-selects, so that a statement asks once who it acts for and not for every row.
create policy fraud_policy_all on fraud_policy for all to purse_app using ((select scope_is_platform()));
create policy fraud_habit_all on fraud_habit for all to purse_app using ((select scope_is_platform()));
create policy fraud_habit_progress_all on fraud_habit_progress for all to purse_app using ((select scope_is_platform()));
create policy review_case_all on review_case for all to purse_app using ((select scope_is_platform()));
create policy case_signal_all on case_signal for all to purse_app using ((select scope_is_platform()));
create policy case_note_all on case_note for all to purse_app using ((select scope_is_platform()));

grant select, insert on fraud_policy, case_signal, case_note to purse_app;
grant select, insert, update on fraud_habit, fraud_habit_progress, review_case to purse_app;
